"""What is counted and measured, under the names that operators know; what each means is told in `docs/guides/operators.md`.

Labels are bounded: by the schema's fields, our own codes and routes. Of several worker processes each counts for
itself, in a file that the library keeps; whichever is asked answers for all of them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"
"""The label of what no route, field or method is."""

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own variable
_TIMES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which this format's readers do not use

REQUESTS = Counter("trackers_requests", "HTTP requests that were answered.", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "trackers_request_seconds", "Seconds until an HTTP request was answered whole.", ["route"], buckets=_TIMES
)
ROOT_FIELDS = Counter("trackers_root_fields", "Root fields of the operations that were run.", ["operation", "field"])
OPERATION_SECONDS = Histogram(
    "trackers_operation_seconds", "Seconds that a query or mutation ran.", ["operation"], buckets=_TIMES
)
ERRORS = Counter("trackers_errors", "Errors at the top level of an answer.", ["code"])
OPEN_SOCKETS = Gauge("trackers_open_sockets", "Sockets that are open now.", multiprocess_mode="livesum")
OPEN_STREAMS = Gauge("trackers_open_streams", "Subscriptions over HTTP that are open now.", multiprocess_mode="livesum")
EVENT_LAG = Histogram(
    "trackers_event_lag_seconds",
    "Seconds from the writing of a notification until it was handed to a subscription that waited for it.",
    buckets=(*_TIMES, 30, 60),
)
POOL = Gauge(
    "trackers_database_pool",
    "Connections to the database that are open, those of them that are free, and who waits for one.",
    ["state"],
    multiprocess_mode="livesum",
)


def counted() -> bytes:
    """All of it as Prometheus reads it; of all workers where there are several."""
    if _FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    return generate_latest(of_all)


def worker_ended(pid: int | None) -> None:
    """Forget what a worker process had open; what it counted stays."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


@contextmanager
def shared_by_workers() -> Iterator[None]:
    """Have the worker processes that are started in the block count together."""
    with TemporaryDirectory(prefix="trackers-metrics-") as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER]
