"""``GET /metrics`` for Prometheus: the metrics of the server processes, and of the queues in the database.

Without a token, only requests from this machine are answered. Behind a proxy on this machine every request seems to be
local, so requests with a header that proxies set are refused.
"""

import asyncio
import hmac
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.observability.metrics import CONTENT_TYPE, exposition
from services.automations.worker import count_failed_automations
from services.mail.outbox import OutboxState, outbox_state

_TIMEOUT: Final = 3.0  # seconds
_PROXY_HEADERS: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_HEADERS: Final = {"Cache-Control": "no-store"}


def metrics_route(token: str | None) -> Route:
    """Return the route of the metrics. Requests need ``token`` as bearer token; if it is None, they must be local."""

    async def metrics(request: Request) -> Response:
        if token is not None and not _has_token(request, token):
            headers = {**_HEADERS, "WWW-Authenticate": "Bearer"}
            return PlainTextResponse("The metrics need the token of TRACKERS_METRICS_TOKEN.\n", 401, headers)
        if token is None and not _is_local(request):
            message = "Without TRACKERS_METRICS_TOKEN the metrics are for this machine alone.\n"
            return PlainTextResponse(message, 403, _HEADERS)
        process_metrics, queue_metrics = await asyncio.gather(asyncio.to_thread(exposition), _queue_metrics())
        return Response(process_metrics + queue_metrics, 200, {**_HEADERS, "Content-Type": CONTENT_TYPE})

    return Route("/metrics", metrics)


def _has_token(request: Request, token: str) -> bool:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    is_valid = hmac.compare_digest(credentials.strip().encode("latin-1"), token.encode())
    return is_valid and scheme.lower() == "bearer"


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _queue_metrics() -> bytes:
    """Return the metrics of the queues in the database, or only ``trackers_database_up`` if it does not respond.

    They are the same in every process.
    """
    registry = CollectorRegistry()
    try:
        async with asyncio.timeout(_TIMEOUT):
            registry.register(_QueueCollector(await outbox_state(), await count_failed_automations()))
    except Exception:
        registry.register(_QueueCollector(None, None))
    return generate_latest(registry)


class _QueueCollector:
    """A collector of the queues' gauges for one scrape. Both arguments are None if the database does not respond."""

    def __init__(self, outbox: OutboxState | None, failed_automations: int | None) -> None:
        self._outbox = outbox
        self._failed_automations = failed_automations

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        up = int(self._outbox is not None)
        yield GaugeMetricFamily("trackers_database_up", "Whether the database answers: 1 or 0.", up)
        if self._outbox is None or self._failed_automations is None:
            return
        yield GaugeMetricFamily("trackers_outbox_waiting", "Mails still to be sent.", self._outbox.waiting)
        yield GaugeMetricFamily(
            "trackers_outbox_oldest_age_seconds",
            "How long the oldest mail has waited to be sent.",
            self._outbox.oldest_waiting_seconds,
        )
        yield GaugeMetricFamily(
            "trackers_outbox_given_up", "Mails given up in the last seven days.", self._outbox.given_up
        )
        yield GaugeMetricFamily(
            "trackers_automations_failed",
            "Approved automations that could not be applied and await a decision.",
            self._failed_automations,
        )
