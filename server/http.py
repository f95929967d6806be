"""GraphQL over HTTP: `GET` and `POST` at one address, by the specification's draft.

In `application/json`, what is wrong with a document is told with status 200; in
`application/graphql-response+json` with 400; in an event stream it is an event. What is no request at all is told
with another status, and then in JSON even to a client that asked for events: to it the status says it all.
"""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.errors import bug_answer, new_request_id, refusal
from server.event_stream import COMPLETE, next_event
from server.event_streams import EventStreams
from server.execution import Executor, MakeContext, Operation, RequestRefused, refused
from server.media_types import EVENTS, GRAPHQL, JSON, UTF_8, parsed
from server.messages import Malformed, decode, encode, parse_request
from server.messages import Request as GraphQLRequest
from server.negotiation import answer_type, takes_events

__all__ = ["GraphQLDoor", "Refused"]

PARAMETERS = ("query", "operationName", "variables", "extensions")


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request that never reaches GraphQL: its status, error code, message and headers."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.answer = refusal(message, code)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class GraphQLDoor:
    """The ASGI endpoint of `/graphql`; give it to a `Route` without methods, so that it refuses others itself.

    `max_body` is in bytes; a longer body is refused while it comes in.
    """

    def __init__(
        self, executor: Executor, make_context: MakeContext, streams: EventStreams, *, max_body: int = 1_048_576
    ) -> None:
        self._executor = executor
        self._make_context = make_context
        self._streams = streams
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        accept = ", ".join(request.headers.getlist("accept"))
        media_type = answer_type(accept)
        request_id = str(request.scope.get("state", {}).get("request_id") or new_request_id())
        try:
            if media_type is None:
                raise Refused(406, "NOT_ACCEPTABLE", f"Accept must allow {JSON}, {GRAPHQL} or {EVENTS}")
            operation = self._executor.prepare(await self._read(request))
            _check_type(operation, request.method, accept)
            return await self._execute(request, operation, media_type, request_id)
        except Refused as no:
            return _response(no.answer, media_type, no.status, no.headers)
        except Malformed as error:
            return _response(refusal(str(error), "BAD_REQUEST"), media_type, 400)
        except RequestRefused as error:
            return _response(refused(error), media_type, 400 if media_type == GRAPHQL else 200)
        except ClientDisconnect:
            raise
        except Exception as bug:
            return _response(bug_answer(bug, request_id), media_type, 500)

    async def _execute(self, request: Request, operation: Operation, media_type: str, request_id: str) -> ASGIApp:
        client = request.client.host if request.client else ""
        make_context = partial(self._make_context, request.headers.get("authorization"), client)
        if operation.type is OperationType.SUBSCRIPTION:
            return await self._streams.open(operation, make_context, request_id)
        answer = await self._executor.run(operation, await make_context(), request_id)
        return _response(answer, media_type, 200 if "data" in answer else 500)

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


def _response(
    answer: dict[str, Any], media_type: str | None, status: int, headers: dict[str, str] | None = None
) -> Response:
    """Make a response that nobody keeps."""
    events = media_type == EVENTS and status == 200
    response = Response(next_event(answer) + COMPLETE if events else encode(answer), status, headers)
    in_type = media_type if events or media_type == GRAPHQL else JSON
    response.headers["Content-Type"] = f"{in_type}; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_content_type(request: Request) -> None:
    name, parameters = parsed(request.headers.get("content-type", ""))
    if name != JSON or parameters.get("charset", "utf-8") not in UTF_8:
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {JSON}, in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed", Accept_Encoding="identity")


def _check_type(operation: Operation, method: str, accept: str) -> None:
    if operation.type is OperationType.MUTATION and method == "GET":
        raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation needs POST", Allow="POST")
    if operation.type is OperationType.SUBSCRIPTION and not takes_events(accept):
        message = f"A subscription needs the WebSocket at this address, or {EVENTS} named in Accept"
        raise Refused(406, "NOT_ACCEPTABLE", message)


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
