"""GraphQL over HTTP: `GET` and `POST` at one address, by the specification's draft.

In `application/json`, what is wrong with a document is told with status 200; in
`application/graphql-response+json` with 400; in an event stream it is an event. What is no request at all is told
with another status, and then in JSON even to a client that asked for events: to it the status says it all.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.execution.executor import Context, Executor, MakeContext, Operation, with_cost
from server.http.negotiation import answer_type, takes_events
from server.http.request import read_request
from server.http.sse import COMPLETE, next_event
from server.http.sse_registry import EventStreams
from server.observability.outage import RETRY_AFTER
from server.protocol.errors import http_status, internal_error_result, request_error_result
from server.protocol.http_errors import HTTPError
from server.protocol.media_types import EVENTS, GRAPHQL, JSON
from server.protocol.messages import MalformedRequest, encode
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import request_id_of


class GraphQLEndpoint:
    """The ASGI endpoint of `/graphql`; give it to a `Route` without methods, so that it refuses others itself.

    `max_body` is in bytes, `body_seconds` how long one may take; what is more is refused while it comes in.
    """

    def __init__(
        self,
        executor: Executor,
        make_context: MakeContext,
        streams: EventStreams,
        *,
        max_body: int = 1_048_576,
        body_seconds: float = 30,
    ) -> None:
        self._executor = executor
        self._make_context = make_context
        self._streams = streams
        self._max_body = max_body
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        media_type = answer_type(_accept(request))
        request_id = request_id_of(request.scope)
        try:
            if media_type is None:
                raise HTTPError(406, "NOT_ACCEPTABLE", f"Accept must allow {JSON}, {GRAPHQL} or {EVENTS}")
            return await self._execute(request, media_type, request_id)
        except HTTPError as error:
            return _response(error.result, media_type, error.status, error.headers)
        except MalformedRequest as error:
            return _response(request_error_result(str(error), "BAD_REQUEST"), media_type, 400)
        except GraphQLRequestError as error:
            return _response(
                error.formatted, media_type, error.status or (400 if media_type == GRAPHQL else 200), error.headers
            )
        except ClientDisconnect:
            raise
        except Exception as bug:
            answer = internal_error_result(bug, request_id)
            return _response(answer, media_type, http_status(answer))

    async def _execute(self, request: Request, media_type: str, request_id: str) -> ASGIApp:
        asked = await read_request(request, max_body=self._max_body, seconds=self._body_seconds)
        make_context = self._context_of(request)
        context = await make_context()
        operation = self._executor.prepare(asked, context)
        _check_type(operation, request)
        if operation.type is OperationType.SUBSCRIPTION:
            return self._streams.open(operation, context, make_context, request_id)
        answer = await self._executor.run(operation, context, request_id)
        if request.headers.get("graphql-cost") == "1":
            answer = with_cost(answer, operation)
        return _response(answer, media_type, http_status(answer))

    def _context_of(self, request: Request) -> Callable[[], Awaitable[Context]]:
        client = request.client.host if request.client else ""
        return partial(self._make_context, request.headers.get("authorization"), client)


def _response(
    answer: dict[str, Any], media_type: str | None, status: int, headers: dict[str, str] | None = None
) -> Response:
    """Make a response that nobody keeps."""
    events = media_type == EVENTS and status == 200
    response = Response(next_event(answer) + COMPLETE if events else encode(answer), status, headers)
    in_type = media_type if events or media_type == GRAPHQL else JSON
    response.headers["Content-Type"] = f"{in_type}; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _accept(request: Request) -> str:
    return ", ".join(request.headers.getlist("accept"))


def _check_type(operation: Operation, request: Request) -> None:
    if operation.type is OperationType.MUTATION and request.method == "GET":
        raise HTTPError(405, "METHOD_NOT_ALLOWED", "A mutation needs POST", Allow="POST")
    if operation.type is OperationType.SUBSCRIPTION and not takes_events(_accept(request)):
        message = f"A subscription needs the WebSocket at this address, or {EVENTS} named in Accept"
        raise HTTPError(406, "NOT_ACCEPTABLE", message)
