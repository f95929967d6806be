"""What holds for every request, done once: its id, its turn, its log line, the headers of its response, and where it goes.

All of it is in one callable, because each ASGI middleware costs a coroutine for the request and one for each message
that is sent. ``/graphql`` is found without the router, which tries one route after the other.
"""

import time
from collections.abc import Awaitable, Collection

from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.connections.lanes import Lanes
from server.middleware.access_log import CLIENT_CLOSED_REQUEST, log_request
from server.middleware.request_id import RequestIds
from server.middleware.response_headers import ResponseHeaders
from server.observability.metrics import OPEN_WEBSOCKETS
from server.observability.request_context import RequestContext, request_context
from server.protocol.http_errors import internal_error_response
from server.protocol.origins import OriginPolicy
from server.setting_values import Network


class Gateway:
    """Middleware that assigns request ids, logs and counts requests, and adds headers to responses.

    It responds with an error if the application raises an exception. ``graphql`` and ``websocket`` are the routes of
    ``/graphql``, whose requests and WebSockets skip the application's router and other middleware. If ``https`` is true,
    clients reach the server over HTTPS. Requests of ``trusted_proxies`` may name the client's address and the request's
    id. ``lanes`` are where requests wait for their turn.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        graphql: Route | None = None,
        websocket: WebSocketRoute | None = None,
        policy: OriginPolicy | None = None,
        https: bool = False,
        trusted_proxies: Collection[Network] = (),
        lanes: Lanes | None = None,
    ) -> None:
        self._app = app
        self._lanes = lanes or Lanes()
        self._graphql = graphql
        self._websocket = websocket
        self._request_ids = RequestIds(trusted_proxies)
        self._response_headers = ResponseHeaders(policy or OriginPolicy(), https=https)
        self._observed: ASGIApp = self._observe
        if trusted_proxies:  # the request's id depends on the proxy's address, which this replaces with the client's
            trusted = [str(network) for network in trusted_proxies]
            self._observed = ProxyHeadersMiddleware(self._observe, trusted)  # type: ignore[arg-type, assignment]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request and log its outcome, or count a WebSocket while it is open."""
        if scope["type"] == "http":
            scope.setdefault("state", {})["request_id"] = self._request_ids.choose(scope)
        await self._observed(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._respond(scope, receive, send)
        elif scope["type"] == "websocket":
            with OPEN_WEBSOCKETS.track_inprogress():
                await self._route_websocket(scope)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, context = time.perf_counter(), RequestContext()
        response = _Response(scope, send, self._response_headers)
        token = request_context.set(context)
        try:
            if await self._lanes.admit(scope):
                await self._route(scope)(scope, receive, response.send)
            else:
                await self._lanes.refusal()(scope, receive, response.send)
        except Exception as error:
            error_response = internal_error_response(error, scope)
            if response.status != CLIENT_CLOSED_REQUEST:
                # Part of the response has been sent. Make the server drop the connection, so that the client notices.
                raise
            await error_response(scope, receive, response.send)
        finally:
            request_context.reset(token)
            log_request(scope, response.status, time.perf_counter() - started, context)

    def _route_websocket(self, scope: Scope) -> ASGIApp:
        """Return the application of a WebSocket. Each that it passed through would keep a frame while it is open."""
        websocket = self._websocket
        return self._app if websocket is None or scope["path"] != websocket.path else websocket.app

    def _route(self, scope: Scope) -> ASGIApp:
        """Return the application that responds to a request."""
        graphql = self._graphql
        # The application responds to preflight requests, whose method is OPTIONS.
        if graphql is None or scope["path"] != graphql.path or scope["method"] == "OPTIONS":
            return self._app
        scope["route"] = graphql
        return graphql.app


class _Response:
    """The response to one request: its status once it has begun, and the headers that all responses have."""

    __slots__ = ("_headers", "_scope", "_send", "status")

    def __init__(self, scope: Scope, send: Send, headers: ResponseHeaders) -> None:
        self._scope = scope
        self._send = send
        self._headers = headers
        self.status = CLIENT_CLOSED_REQUEST

    def send(self, message: Message) -> Awaitable[None]:
        """Send a message of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._headers.complete(self._scope, message.get("headers", ()))
        return self._send(message)
