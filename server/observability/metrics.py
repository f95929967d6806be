"""The metrics that the server collects; ``docs/operate/index.md`` explains them.

The values of labels are bounded: they are route templates, names of schema fields, and the server's own codes. With
several worker processes, prometheus_client stores the metrics in files, so that any process can report those of all.
"""

import os
from functools import cache

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

from server.observability.shared_metrics import DIRECTORY_VARIABLE

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"
"""The label value for an unknown route, field or method."""

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# Otherwise each metric would have a second series, which readers of this text format do not use.
disable_created_metrics()  # type: ignore[no-untyped-call]

HTTP_REQUESTS = Counter("trackers_http_requests", "HTTP requests answered.", ["route", "method", "status"])
HTTP_REQUEST_SECONDS = Histogram(
    "trackers_http_request_duration_seconds",
    "Seconds until the whole response was sent, event streams included.",
    ["route"],
    buckets=_BUCKETS,
)
ROOT_FIELDS = Counter("trackers_root_fields", "Root fields of executed GraphQL operations.", ["operation", "field"])
OPERATION_SECONDS = Histogram(
    "trackers_operation_duration_seconds", "Seconds that a query or mutation took.", ["operation"], buckets=_BUCKETS
)
EXECUTOR_FALLBACKS = Counter(
    "trackers_executor_fallbacks",
    "Operations and subscription events that graphql-core executed or finished instead of the compiled executor.",
    ["reason"],
)
ERRORS = Counter("trackers_errors", "Errors at the top level of responses, by code.", ["code"])
OPEN_WEBSOCKETS = Gauge("trackers_open_websockets", "WebSockets open now.", multiprocess_mode="livesum")
OPEN_EVENT_STREAMS = Gauge(
    "trackers_open_event_streams",
    "Subscriptions over HTTP (server-sent events) open now.",
    multiprocess_mode="livesum",
)
NOTIFICATION_LAG = Histogram(
    "trackers_notification_lag_seconds",
    "Seconds from the writing of a notification until a waiting subscription received it.",
    buckets=(*_BUCKETS, 30, 60),
)
DATABASE_CONNECTIONS = Gauge(
    "trackers_database_connections", "Database connections open now.", multiprocess_mode="livesum"
)
DATABASE_CONNECTIONS_IDLE = Gauge(
    "trackers_database_connections_idle", "Open database connections not in use now.", multiprocess_mode="livesum"
)
DATABASE_CONNECTIONS_WAITING = Gauge(
    "trackers_database_connections_waiting", "Tasks waiting for a database connection.", multiprocess_mode="livesum"
)


# A child of a metric is found again by its labels under a lock, which costs more than to count.
_requests = cache(HTTP_REQUESTS.labels)
_request_seconds = cache(HTTP_REQUEST_SECONDS.labels)
_root_fields = cache(ROOT_FIELDS.labels)
_operation_seconds = cache(OPERATION_SECONDS.labels)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count an HTTP request that was answered after so many seconds."""
    _requests(route, method, status).inc()
    _request_seconds(route).observe(seconds)


def count_root_field(operation: str, field: str) -> None:
    """Count a root field of an operation that begins."""
    _root_fields(operation, field).inc()


def count_operation(operation: str, seconds: float) -> None:
    """Count a query or mutation that took so many seconds."""
    _operation_seconds(operation).observe(seconds)


def exposition() -> bytes:
    """Return the metrics in Prometheus's text format, for all workers if there are several."""
    if DIRECTORY_VARIABLE not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_worker(pid: int | None) -> None:
    """Remove the gauges of a worker process that has ended; its counters are kept."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]
