"""GraphQL over HTTP: `GET` and `POST` at one address, by the specification's draft.

Which media type: the one that `Accept` weighs highest. Where it names neither (no header, or a wildcard alone)
the answer is `application/json`, which the specification still allows and every older client and command
line reads; a client that knows `application/graphql-response+json` names it, and then gets it at equal weight.
With the former, what is wrong with a document is told with status 200; with the latter, with 400.
"""

from typing import Any
from urllib.parse import parse_qsl

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.errors import bug_answer, new_request_id, refusal, status_of
from server.execution import Context, Executor, MakeContext, Operation, RequestRefused, refused, with_cost
from server.media_types import UTF_8, parsed, preference
from server.messages import Malformed, decode, encode, parse_request
from server.messages import Request as GraphQLRequest
from server.outage import RETRY_AFTER

__all__ = ["GraphQLDoor", "accepted_media_type"]

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
PARAMETERS = ("query", "operationName", "variables", "extensions")


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request that never reaches GraphQL: its status, error code, message and headers."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.answer = refusal(message, code)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def accepted_media_type(accept: str | None) -> str | None:
    """Return the media type to answer in, None if the client accepts neither."""
    if accept is None or not accept.strip():
        return JSON
    best: tuple[float, int, bool] = (0.0, 0, False)
    chosen = None
    for media_type in (JSON, GRAPHQL):
        precision, weight = preference(media_type, accept)
        rating = (weight, precision, precision == 2 and media_type == GRAPHQL)
        if weight > 0 and rating > best:
            best, chosen = rating, media_type
    return chosen


class GraphQLDoor:
    """The ASGI endpoint of `/graphql`; give it to a `Route` without methods, so that it refuses others itself.

    `max_body` is in bytes; a longer body is refused while it comes in.
    """

    def __init__(self, executor: Executor, make_context: MakeContext, *, max_body: int = 1_048_576) -> None:
        self._executor = executor
        self._make_context = make_context
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type = accepted_media_type(", ".join(request.headers.getlist("accept")) or None)
        request_id = str(request.scope.get("state", {}).get("request_id") or new_request_id())
        headers = None
        try:
            if media_type is None:
                raise Refused(406, "NOT_ACCEPTABLE", f"Accept must allow {JSON} or {GRAPHQL}")
            asked = await self._read(request)
            context = await self._context(request)
            operation = self._executor.prepare(asked, context)
            _check_type(operation, request.method)
            answer = await self._executor.run(operation, context, request_id)
            if request.headers.get("graphql-cost") == "1":
                answer = with_cost(answer, operation)
            status, body = status_of(answer), encode(answer)
        except Refused as no:
            status, body, headers = no.status, encode(no.answer), no.headers
        except Malformed as error:
            status, body = 400, encode(refusal(str(error), "BAD_REQUEST"))
        except RequestRefused as error:
            status, body, headers = (
                error.status or (400 if media_type == GRAPHQL else 200),
                encode(refused(error)),
                error.headers,
            )
        except ClientDisconnect:
            raise
        except Exception as bug:
            answer = bug_answer(bug, request_id)
            status, body = status_of(answer), encode(answer)
        response = Response(body, status, headers)
        response.headers["Content-Type"] = f"{media_type or JSON}; charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        if status == 503:
            response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    async def _context(self, request: Request) -> Context:
        client = request.client.host if request.client else ""
        return await self._make_context(request.headers.get("authorization"), client)

    async def _read(self, request: Request) -> GraphQLRequest:
        if request.method == "GET":
            return parse_request(_from_query(request.scope["query_string"]))
        if request.method != "POST":
            raise Refused(405, "METHOD_NOT_ALLOWED", "Use GET or POST", Allow="GET, POST")
        _check_content_type(request)
        return parse_request(decode(await self._body(request)))

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._max_body:
                message = f"The body is longer than {self._max_body} bytes"
                raise Refused(413, "CONTENT_TOO_LARGE", message)
        return bytes(body)


def _check_content_type(request: Request) -> None:
    name, parameters = parsed(request.headers.get("content-type", ""))
    if name != JSON or parameters.get("charset", "utf-8") not in UTF_8:
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {JSON}, in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed", Accept_Encoding="identity")


def _check_type(operation: Operation, method: str) -> None:
    if operation.type is OperationType.MUTATION and method == "GET":
        raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation needs POST", Allow="POST")
    if operation.type is OperationType.SUBSCRIPTION:
        raise Malformed("A subscription needs the WebSocket at this address")


def _from_query(query_string: bytes) -> dict[str, Any]:
    """Read a GET request's parameters; an empty `operationName` is none, as the specification says."""
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise Malformed("The address's query is not form-encoded UTF-8") from None
    body: dict[str, Any] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            continue
        if name in body:
            raise Malformed(f"{name} is given twice")
        body[name] = decode(value) if name in ("variables", "extensions") else value
    if body.get("operationName") == "":
        del body["operationName"]
    return body
