"""Error results for clients, and error logging. Unexpected errors are masked, and logged without values."""

import logging
from collections.abc import Mapping
from typing import Any

from asyncpg import QueryCanceledError
from graphql import GraphQLError, ValueNode, VariableNode
from strawberry.exceptions import StrawberryInputCoercionError

from models.shares import MAX_WAITING, TooManyStatementsError
from resolvers.errors import camel_case, client_path
from server.observability.outage import RETRY_AFTER, UNAVAILABLE, database_outage, is_outage
from server.observability.request_context import record_error
from server.observability.tracebacks import safe_traceback, with_causes
from server.protocol.error_codes import Code
from server.protocol.value_free import without_values
from services.kernel.errors import DomainError

_INTERNAL_ERROR = "Internal server error: find it in the server's log by its request id."
_STATEMENT_TIMEOUT = "The database took too long, and was stopped."
_TOO_MANY_STATEMENTS = "Too much of what you have requested waits for the database. Wait for it, then try again."

_log = logging.getLogger("trackers.errors")


def request_error_result(message: str, code: str) -> dict[str, Any]:
    """Record a request error in the metrics and return its result. ``code`` must be the value of a ``Code``."""
    record_error(Code(code).value)
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def internal_error_result(error: BaseException, request_id: str) -> dict[str, Any]:
    """Log an unexpected error or an outage that made a whole request fail, and return the masked result."""
    masked = _mask_error(error, request_id)
    record_error(masked["extensions"]["code"])
    log_failure(error, request_id)
    return {"errors": [masked]}


def http_status(result: Mapping[str, Any]) -> int:
    """Return the HTTP status of a result: 503 or 504 if the database left no data, 500 if nothing was executed, else 200."""
    if not any(value is not None for value in (result.get("data") or {}).values()):
        codes = {error.get("extensions", {}).get("code") for error in result.get("errors", ())}
        if Code.SERVICE_UNAVAILABLE in codes:
            return 503
        if Code.OPERATION_TIMEOUT in codes:
            return 504
    return 200 if "data" in result else 500


def _original_error(error: GraphQLError) -> BaseException:
    """Return the original exception, which graphql-core wraps, sometimes twice, to add path and location."""
    raised: BaseException = error
    while isinstance(raised, GraphQLError) and raised.original_error is not None:
        raised = raised.original_error
    return raised


def format_execution_errors(errors: list[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Return execution errors as JSON. Unexpected errors are masked, and each of them is logged once."""
    logged: set[int] = set()
    formatted = []
    for error in errors:
        entry: dict[str, Any] = dict(error.formatted)
        extensions = _intended_extensions(error)
        if extensions is None:
            raised = _original_error(error)
            if id(raised) not in logged:
                logged.add(id(raised))
                log_failure(raised, request_id)
            formatted.append({**entry, **_mask_error(raised, request_id)})
        else:
            if _may_quote_a_value(error):
                entry["message"] = without_values(error.message)
            formatted.append({**entry, "extensions": extensions})
    return formatted


def _may_quote_a_value(error: GraphQLError) -> bool:
    """Return whether an error is graphql-core's own, about a value that is only known during execution."""
    raised = _original_error(error)
    return isinstance(raised, GraphQLError) and "code" not in (raised.extensions or {})


def _intended_extensions(error: GraphQLError) -> dict[str, Any] | None:
    """Return the extensions of an error that was raised on purpose, or None for an unexpected error."""
    raised = _original_error(error)
    if isinstance(raised, DomainError):
        return domain_error_extensions(raised)
    if not isinstance(raised, GraphQLError):
        # A resolver may raise an error with a code *from* another exception; the code shows that it is intended.
        outer = error.original_error
        raised = outer if isinstance(outer, GraphQLError) else raised
    if not isinstance(raised, GraphQLError):
        return None
    extensions = dict(raised.extensions or {})
    if "code" in extensions:
        return extensions
    # An argument that is invalid only for these variables, such as null for a required argument.
    node = raised.nodes[0] if raised.nodes else None
    if isinstance(node, VariableNode):
        return {"code": Code.BAD_USER_INPUT.value, "path": [node.name.value]}
    if isinstance(node, ValueNode) or isinstance(raised, StrawberryInputCoercionError):
        return {"code": Code.BAD_USER_INPUT.value}
    return None


def domain_error_extensions(error: DomainError) -> dict[str, Any]:
    """Return the code and the details of an error, with the names of details and the path in camelCase."""
    details = {camel_case(name): value for name, value in error.details.items()}
    if "path" in details:
        details["path"] = list(client_path(details["path"]))
    return {"code": error.code, **details}


def is_statement_timeout(error: BaseException) -> bool:
    """Return whether PostgreSQL has stopped a statement because it took too long."""
    raised = _original_error(error) if isinstance(error, GraphQLError) else error
    return any(isinstance(one, QueryCanceledError) for one in with_causes(raised))


def _mask_error(error: BaseException, request_id: str) -> dict[str, Any]:
    if is_statement_timeout(error):
        return {"message": _STATEMENT_TIMEOUT, "extensions": {"code": Code.OPERATION_TIMEOUT.value}}
    if isinstance(error, TooManyStatementsError):
        return {
            "message": _TOO_MANY_STATEMENTS,
            "extensions": {"code": Code.TOO_MANY_OPERATIONS.value, "retryAfter": 1, "allowed": MAX_WAITING},
        }
    if is_outage(error):
        return {
            "message": UNAVAILABLE,
            "extensions": {"code": Code.SERVICE_UNAVAILABLE.value, "retryAfter": RETRY_AFTER},
        }
    return {
        "message": _INTERNAL_ERROR,
        "extensions": {"code": Code.INTERNAL_SERVER_ERROR.value, "requestId": request_id},
    }


def log_failure(error: BaseException, request_id: str) -> None:
    """Log an unexpected error without its message, which may contain values. Log an outage only when it begins."""
    if is_outage(error):
        database_outage.begin(error)
    elif is_statement_timeout(error) or isinstance(error, TooManyStatementsError):
        _log.warning("request %s: %s", request_id, type(error).__name__, extra={"request_id": request_id})
    else:
        _log.error("request %s: %s", request_id, "\n".join(safe_traceback(error)), extra={"request_id": request_id})
