"""How an error reaches the client and the log: on purpose as it is, a bug masked and logged without values."""

import logging
import secrets
import traceback
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, ValueNode, VariableNode
from strawberry.exceptions import StrawberryInputCoercionError

from server.error_codes import Code
from services.refusals import Refusal

__all__ = ["bug_answer", "execution_errors", "innermost", "log_bug", "new_request_id", "refusal"]

BUG_MESSAGE = "Something went wrong here; the request id names it in our log."

_log = logging.getLogger("trackers.errors")


def new_request_id() -> str:
    """Return an id that names one request (one operation of a socket) in an answer and in the log."""
    return secrets.token_hex(8)


def refusal(message: str, code: str) -> dict[str, Any]:
    """Return the answer to a request that was not executed; `code` is one of `Code`."""
    return {"errors": [{"message": message, "extensions": {"code": Code(code).value}}]}


def bug_answer(bug: BaseException, request_id: str) -> dict[str, Any]:
    """Log a bug that met the request as a whole, and return the answer to it."""
    log_bug(bug, request_id)
    extensions = {"code": Code.INTERNAL_SERVER_ERROR.value, "requestId": request_id}
    return {"errors": [{"message": BUG_MESSAGE, "extensions": extensions}]}


def innermost(error: GraphQLError) -> BaseException:
    """Return what was raised: graphql-core wraps it, sometimes twice, to add path and location."""
    raised: BaseException = error
    while isinstance(raised, GraphQLError) and raised.original_error is not None:
        raised = raised.original_error
    return raised


def execution_errors(errors: list[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Format the errors of an execution; each bug among them is masked and logged once."""
    logged: set[int] = set()
    formatted = []
    for error in errors:
        entry: dict[str, Any] = dict(error.formatted)
        extensions = _extensions_on_purpose(error)
        if extensions is None:
            bug = innermost(error)
            if id(bug) not in logged:
                logged.add(id(bug))
                log_bug(bug, request_id)
            entry["message"] = BUG_MESSAGE
            extensions = {"code": Code.INTERNAL_SERVER_ERROR.value, "requestId": request_id}
        formatted.append({**entry, "extensions": extensions})
    return formatted


def _extensions_on_purpose(error: GraphQLError) -> dict[str, Any] | None:
    raised = innermost(error)
    if isinstance(raised, Refusal):
        return {"code": raised.code, **raised.details}
    if not isinstance(raised, GraphQLError):
        # A resolver may raise a coded error *because of* another one: the code says that it means it.
        outer = error.original_error
        raised = outer if isinstance(outer, GraphQLError) else raised
    if not isinstance(raised, GraphQLError):
        return None
    extensions = dict(raised.extensions or {})
    if "code" in extensions:
        return extensions
    # An argument's value that only the variables made wrong: a null for a required one, for example.
    blamed = raised.nodes[0] if raised.nodes else None
    if isinstance(blamed, VariableNode):
        return {"code": Code.BAD_USER_INPUT.value, "path": [blamed.name.value]}
    if isinstance(blamed, ValueNode) or isinstance(raised, StrawberryInputCoercionError):
        return {"code": Code.BAD_USER_INPUT.value}
    return None


def log_bug(bug: BaseException, request_id: str) -> None:
    """Log a bug by its types and the places it came through.

    No message: a database's may hold a user's values, and so may any other.
    """
    lines: list[str] = []
    for one in _and_causes(bug):
        lines.append(f"{type(one).__module__}.{type(one).__qualname__}")
        lines.extend(
            f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}"
            for frame, line in traceback.walk_tb(one.__traceback__)
        )
    _log.error("request %s: %s", request_id, "\n".join(lines))


def _and_causes(bug: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [bug]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
