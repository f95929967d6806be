"""How an error reaches the client and the log: on purpose as it is, a bug masked and logged without values."""

import logging
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, ValueNode, VariableNode
from strawberry.exceptions import StrawberryInputCoercionError

from resolvers.errors import client_path
from server.observability.outage import RETRY_AFTER, UNAVAILABLE, database_outage, is_outage
from server.observability.request_context import record_error
from server.observability.tracebacks import safe_traceback
from server.protocol.error_codes import Code
from services.kernel.errors import DomainError

BUG_MESSAGE = "Something went wrong here; the request id names it in our log."

_log = logging.getLogger("trackers.errors")


def request_error_result(message: str, code: str) -> dict[str, Any]:
    """Return the answer to a request that was not executed; `code` is one of `Code`."""
    record_error(Code(code).value)
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def internal_error_result(bug: BaseException, request_id: str) -> dict[str, Any]:
    """Log what met the request as a whole, a bug or an outage, and return the answer to it."""
    masked = _masked(bug, request_id)
    record_error(masked["extensions"]["code"])
    log_failure(bug, request_id)
    return {"errors": [masked]}


def http_status(answer: Mapping[str, Any]) -> int:
    """Return the HTTP status of an answer that was executed, or was to be: 503 where an outage left nothing of it."""
    if not any(value is not None for value in (answer.get("data") or {}).values()):
        codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
        if Code.SERVICE_UNAVAILABLE in codes:
            return 503
    return 200 if "data" in answer else 500


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
                log_failure(bug, request_id)
            formatted.append({**entry, **_masked(bug, request_id)})
        else:
            formatted.append({**entry, "extensions": extensions})
    return formatted


def _extensions_on_purpose(error: GraphQLError) -> dict[str, Any] | None:
    raised = innermost(error)
    if isinstance(raised, DomainError):
        details = dict(raised.details)
        if "path" in details:
            details["path"] = list(client_path(details["path"]))
        return {"code": raised.code, **details}
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


def _masked(bug: BaseException, request_id: str) -> dict[str, Any]:
    """What a client is told of a bug, or of an outage."""
    if is_outage(bug):
        return {
            "message": UNAVAILABLE,
            "extensions": {"code": Code.SERVICE_UNAVAILABLE.value, "retryAfter": RETRY_AFTER},
        }
    return {"message": BUG_MESSAGE, "extensions": {"code": Code.INTERNAL_SERVER_ERROR.value, "requestId": request_id}}


def log_failure(bug: BaseException, request_id: str) -> None:
    """Log a bug; an outage only as it begins."""
    if is_outage(bug):
        database_outage.begin(bug)
    else:
        log_bug(bug, request_id)


def log_bug(bug: BaseException, request_id: str) -> None:
    """Log a bug by its types and the places it came through; its message may hold values."""
    _log.error("request %s: %s", request_id, "\n".join(safe_traceback(bug)), extra={"request_id": request_id})
