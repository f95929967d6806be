"""GraphQL over HTTP: GET, HEAD and POST at ``/graphql``, as described in the specification of September 2026.

See https://http-spec.graphql.org/September2026/. A GraphQL request error (an invalid document or variables, or an
exceeded limit) has the status that ``statuses`` returns for the response's media type; in an event stream it is sent as
an event. An HTTP request that is itself invalid gets a specific status code and a JSON body, even if the client asked
for events.
"""

from graphql import OperationType
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from server.connections.open_connections import OpenConnections
from server.execution.clients import ClientKey, client_key
from server.execution.executor_interface import Executor, MakeContext, Operation, with_cost
from server.execution.result_stream import stream_results
from server.http.negotiation import accepts_event_stream, response_media_type
from server.http.request import HTTPRequest, TooLargeError, check_head, parse_payload, read_payload
from server.http.response import Response
from server.http.sse import EventStreamResponse, StreamLimits
from server.http.statuses import malformed_request_status, request_error_status, result_status
from server.protocol.cancellation import aborted_if_not_cancelled
from server.protocol.errors import internal_error_result, request_error_result
from server.protocol.http_errors import HTTPError
from server.protocol.media_types import EVENT_STREAM, GRAPHQL, JSON
from server.protocol.messages import MalformedRequest, Request
from server.protocol.request_errors import GraphQLRequestError
from server.protocol.request_ids import request_id_of
from server.protocol.signed_out_errors import sign_in_first


class GraphQLEndpoint:
    """The ASGI endpoint of ``/graphql``. Its ``Route`` must not list methods, because it rejects other methods itself.

    The session is read before the body, because its size and its price depend on it. A body must arrive within
    ``body_seconds``.
    """

    def __init__(
        self,
        executor: Executor,
        make_context: MakeContext,
        connections: OpenConnections,
        *,
        body_seconds: float = 30,
        signed_out_body_seconds: float = 10,
        stream_limits: StreamLimits | None = None,
    ) -> None:
        self._executor = executor
        self._make_context = make_context
        self._connections = connections
        self._body_seconds = body_seconds
        self._signed_out_body_seconds = min(body_seconds, signed_out_body_seconds)
        self._stream_limits = stream_limits or StreamLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        request = HTTPRequest(scope, receive)
        try:
            response = await self._respond(request, request_id_of(scope))
        except ClientDisconnect:
            return
        if isinstance(response, Response):
            await response.send(request, send)
        else:
            await response(scope, receive, send)

    async def _respond(self, request: HTTPRequest, request_id: str) -> Response | EventStreamResponse:
        media_type = response_media_type(request.accept)
        try:
            if media_type is None:
                raise HTTPError(406, "NOT_ACCEPTABLE", f"Accept must allow {JSON}, {GRAPHQL} or {EVENT_STREAM}")
            with aborted_if_not_cancelled():
                return await self._execute(request, media_type, request_id)
        except HTTPError as error:
            return Response(error.result, media_type, error.status, error.headers)
        except MalformedRequest as error:
            result = request_error_result(str(error), "BAD_REQUEST")
            return Response(result, media_type, malformed_request_status(error, media_type))
        except GraphQLRequestError as error:
            return Response(error.formatted, media_type, request_error_status(error, media_type), error.headers)
        except ClientDisconnect:
            raise
        except Exception as error:
            result = internal_error_result(error, request_id)
            return Response(result, media_type, result_status(result, media_type))

    async def _execute(self, request: HTTPRequest, media_type: str, request_id: str) -> Response | EventStreamResponse:
        check_head(request)
        context = await self._make_context(
            request.header(b"authorization"), request.client, request.header(b"user-agent") or ""
        )
        graphql_request = await self._receive(request, client_key(context.member_id, context.client))
        document = await self._executor.load_document(graphql_request, context)
        operation = self._executor.prepare(graphql_request, context, document)
        _check_operation_type(operation, request)
        if operation.type is OperationType.SUBSCRIPTION:
            results = stream_results(self._executor, operation, context, request_id)
            return EventStreamResponse(
                results, context, request_id, connections=self._connections, limits=self._stream_limits
            )
        result = await self._executor.execute(operation, context, request_id)
        if request.header(b"graphql-cost") == "1":
            result = with_cost(result, operation)
        return Response(result, media_type, result_status(result, media_type))

    async def _receive(self, request: HTTPRequest, client: ClientKey) -> Request:
        """Read and parse a GraphQL request, which the client pays for first."""
        max_size = self._executor.admit(client)
        body_seconds = self._body_seconds if client.is_member else self._signed_out_body_seconds
        try:
            payload = await read_payload(request, max_size=max_size, body_seconds=body_seconds)
        except TooLargeError:
            if not client.is_member:
                raise sign_in_first() from None
            raise HTTPError(413, "CONTENT_TOO_LARGE", f"The body is longer than {max_size} bytes") from None
        self._executor.receive(client, payload)
        return parse_payload(request, payload)


def _check_operation_type(operation: Operation, request: HTTPRequest) -> None:
    if operation.type is OperationType.MUTATION and request.method != "POST":
        raise HTTPError(405, "METHOD_NOT_ALLOWED", "A mutation needs POST", Allow="POST")
    if operation.type is OperationType.SUBSCRIPTION and request.method == "HEAD":
        raise HTTPError(405, "METHOD_NOT_ALLOWED", "A subscription needs GET or POST", Allow="GET, POST")
    if operation.type is OperationType.SUBSCRIPTION and not accepts_event_stream(request.accept):
        message = f"A subscription needs the WebSocket at this address, or {EVENT_STREAM} named in Accept"
        raise HTTPError(406, "NOT_ACCEPTABLE", message)
