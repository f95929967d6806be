"""CORS: pages of the allowed origins may call the API. No credentials are allowed, as bearer tokens need none."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from server.protocol.origins import OriginPolicy


class OriginPolicyMiddleware(CORSMiddleware):
    """Starlette's middleware with the origins of a policy, and with a refusal that names the setting."""

    def __init__(self, app: ASGIApp, *, policy: OriginPolicy) -> None:
        super().__init__(
            app,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "GraphQL-Cost", "X-Request-Id"],
            expose_headers=["Retry-After", "X-Request-Id"],
            max_age=600,
        )
        self._policy = policy

    def is_allowed_origin(self, origin: str) -> bool:
        """Return whether the policy allows the origin."""
        return self._policy.allows(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Respond to a preflight request."""
        if not self._policy.allows(request_headers["origin"]):
            response = self._policy.refusal()
            response.headers["Vary"] = self.preflight_headers["Vary"]
            return response
        return super().preflight_response(request_headers)
