"""The order of the middleware around the application."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.middleware.access_log import AccessLogMiddleware
from server.middleware.compression import CompressionMiddleware
from server.middleware.request_id import RequestIdMiddleware
from server.middleware.security_headers import SecurityHeadersMiddleware
from server.settings import Settings


def middleware_stack(settings: Settings) -> list[Middleware]:
    """Return the middleware that every request passes through, outermost first."""
    return [
        Middleware(RequestIdMiddleware, trusted_proxies=settings.trusted_proxies),
        *_proxy_headers(settings),
        Middleware(AccessLogMiddleware),
        Middleware(SecurityHeadersMiddleware, https=settings.public_url.startswith("https:")),
        *_cors(settings),
        Middleware(CompressionMiddleware),
    ]


def _proxy_headers(settings: Settings) -> list[Middleware]:
    """Return the middleware that reads the client's address from trusted proxies' headers, if any are configured."""
    trusted = [str(network) for network in settings.trusted_proxies]
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)] if trusted else []


def _cors(settings: Settings) -> list[Middleware]:
    """Return the CORS middleware if any origins are allowed. It allows no credentials, as bearer tokens need none."""
    if not settings.allowed_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "GraphQL-Cost", "X-Request-Id"],
            expose_headers=["Retry-After", "X-Request-Id"],
            max_age=600,
        )
    ]
