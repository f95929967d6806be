"""CORS preflight requests, by which browsers ask whether a page of another origin may send a request.

The CORS headers of all other responses are in ``response_headers``.
"""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.middleware.response_headers import is_preflight
from server.protocol.error_codes import Code
from server.protocol.errors import request_error_result
from server.protocol.http_errors import json_response
from server.protocol.origins import OriginPolicy

METHODS = ("GET", "POST")
HEADERS = ("Authorization", "Content-Type", "GraphQL-Cost", "X-Request-Id")
"""The headers that pages may send, beside those that need no permission."""
NOT_ALLOWED = (
    f"Pages of another origin may use the methods {' and '.join(METHODS)}, with the headers {', '.join(HEADERS)}"
)


class PreflightMiddleware(CORSMiddleware):
    """Starlette's middleware with the origins of a policy, and with a refusal that names the setting."""

    def __init__(self, app: ASGIApp, *, policy: OriginPolicy) -> None:
        super().__init__(app, allow_methods=METHODS, allow_headers=HEADERS, max_age=600)
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a preflight request, and pass on any other."""
        if scope["type"] == "http" and is_preflight(scope):
            await self.preflight_response(Headers(scope=scope))(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def is_allowed_origin(self, origin: str) -> bool:
        """Return whether the policy allows the origin."""
        return self._policy.allows(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Respond to a preflight request."""
        if not self._policy.allows(request_headers["origin"]):
            response = self._policy.refusal()
            response.headers["Vary"] = self.preflight_headers["Vary"]
            return response
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        result = request_error_result(NOT_ALLOWED, Code.BAD_REQUEST.value)
        headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return json_response(result, response.status_code, headers)
