"""``GET /metrics`` for Prometheus: what the processes counted, and how the database's queues stand now.

Without a token it answers this machine alone. A proxy on this machine makes everybody a neighbour; so a request that
somebody passed on is not of this machine, whoever the proxy is.
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

from server.observability.metrics import CONTENT_TYPE, counted
from services.automations.worker import failed_automations
from services.mail.outbox import OutboxState, outbox_state

_PATIENCE: Final = 3.0  # seconds
_PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_HEADERS: Final = {"Cache-Control": "no-store"}


def metrics_route(token: str | None) -> Route:
    """Make the route; ``token`` is what whoever asks must bear, None for nobody but this machine."""

    async def answer(request: Request) -> Response:
        if token is not None and not _bears(request, token):
            headers = {**_HEADERS, "WWW-Authenticate": "Bearer"}
            return PlainTextResponse("The metrics need the token of TRACKERS_METRICS_TOKEN.\n", 401, headers)
        if token is None and not _is_of_this_machine(request):
            message = "Without TRACKERS_METRICS_TOKEN the metrics are for this machine alone.\n"
            return PlainTextResponse(message, 403, _HEADERS)
        own, queues = await asyncio.gather(asyncio.to_thread(counted), _queues())
        return Response(own + queues, 200, {**_HEADERS, "Content-Type": CONTENT_TYPE})

    return Route("/metrics", answer)


def _bears(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return same and scheme.lower() == "bearer"


def _is_of_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _queues() -> bytes:
    """How the queues in the database stand, the same for every process; nothing of them while it is away."""
    registry = CollectorRegistry()
    try:
        async with asyncio.timeout(_PATIENCE):
            registry.register(_Queues(await outbox_state(), await failed_automations()))
    except Exception:
        registry.register(_Queues(None, None))
    return generate_latest(registry)


class _Queues:
    """Gauges read in the moment in which they are asked for."""

    def __init__(self, outbox: OutboxState | None, failed: int | None) -> None:
        self._outbox = outbox
        self._failed = failed

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        up, help_text = self._outbox is not None, "Whether the database answers."
        yield GaugeMetricFamily("trackers_database_up", help_text, int(up))
        if self._outbox is None or self._failed is None:
            return
        age = self._outbox.oldest_waiting_seconds
        yield GaugeMetricFamily("trackers_outbox_waiting", "Mails that are still to be sent.", self._outbox.waiting)
        yield GaugeMetricFamily("trackers_outbox_age_seconds", "How long the oldest of them has waited.", age)
        yield GaugeMetricFamily(
            "trackers_mails_given_up", "Mails that were given up in the last seven days.", self._outbox.given_up
        )
        yield GaugeMetricFamily(
            "trackers_automations_failed", "Approved automations that could not be applied, and wait.", self._failed
        )
