"""The order of the middleware around the application."""

from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from server.connections.lanes import Lanes
from server.middleware.compression import CompressionMiddleware
from server.middleware.cors import PreflightMiddleware
from server.middleware.gateway import Gateway
from server.protocol.origins import OriginPolicy
from server.settings import Settings


def middleware_stack(
    settings: Settings, policy: OriginPolicy, graphql: Route, websocket: WebSocketRoute, lanes: Lanes
) -> list[Middleware]:
    """Return the middleware, outermost first. What is for the given routes passes through the first only."""
    gateway = Middleware(
        Gateway,
        graphql=graphql,
        websocket=websocket,
        policy=policy,
        https=settings.public_url.startswith("https:"),
        trusted_proxies=settings.trusted_proxies,
        lanes=lanes,
    )
    return [gateway, Middleware(PreflightMiddleware, policy=policy), Middleware(CompressionMiddleware)]
