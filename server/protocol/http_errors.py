"""Answers of the addresses for files that are no file: GraphQL's error JSON, as everywhere else."""

from starlette.responses import Response
from starlette.types import Scope

from server.http.request import HTTPError
from server.middleware.request_id import request_id_of
from server.observability.outage import RETRY_AFTER
from server.protocol.errors import bug_answer, status_of
from server.protocol.messages import encode
from services.kernel.errors import DomainError

STATUS = {"UNAUTHENTICATED": 401, "CONTENT_TOO_LARGE": 413, "UNSUPPORTED_MEDIA_TYPE": 415, "RATE_LIMITED": 429}
"""The status of a refusal by its code; what is not here is an entry that cannot be processed, 422."""


def json_answer(answer: object, status: int, headers: dict[str, str] | None = None) -> Response:
    """An answer that nobody keeps."""
    always = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return Response(encode(answer), status, always | (headers or {}))


def refused(no: HTTPError) -> Response:
    """The answer to a request that cannot be what is meant for this address."""
    return json_answer(no.answer, no.status, no.headers)


def refusal(no: DomainError) -> Response:
    """The answer that a rule gives."""
    headers = {}
    if no.code == "UNAUTHENTICATED":
        headers["WWW-Authenticate"] = "Bearer"
    if "retryAfter" in no.details:
        headers["Retry-After"] = str(no.details["retryAfter"])
    answer = {"errors": [{"message": str(no), "extensions": {"code": no.code, **no.details}}]}
    return json_answer(answer, STATUS.get(no.code, 422), headers)


def bug(error: BaseException, scope: Scope) -> Response:
    """The answer to what should not have happened; it is logged by its place alone."""
    answer = bug_answer(error, request_id_of(scope))
    status = status_of(answer)
    return json_answer(answer, status, {"Retry-After": str(RETRY_AFTER)} if status == 503 else None)
