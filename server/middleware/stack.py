"""The order of the middleware around the application."""

from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.middleware.access_log import AccessLogMiddleware
from server.middleware.compression import CompressionMiddleware
from server.middleware.cors import OriginPolicyMiddleware
from server.middleware.request_id import RequestIdMiddleware
from server.middleware.security_headers import SecurityHeadersMiddleware
from server.protocol.origins import OriginPolicy
from server.settings import Settings


def middleware_stack(settings: Settings, policy: OriginPolicy) -> list[Middleware]:
    """Return the middleware that every request passes through, outermost first."""
    return [
        Middleware(RequestIdMiddleware, trusted_proxies=settings.trusted_proxies),
        *_proxy_headers(settings),
        Middleware(AccessLogMiddleware),
        Middleware(SecurityHeadersMiddleware, https=settings.public_url.startswith("https:")),
        Middleware(OriginPolicyMiddleware, policy=policy),
        Middleware(CompressionMiddleware),
    ]


def _proxy_headers(settings: Settings) -> list[Middleware]:
    """Return the middleware that reads the client's address from trusted proxies' headers, if any are configured."""
    trusted = [str(network) for network in settings.trusted_proxies]
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)] if trusted else []
