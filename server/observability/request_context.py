"""What becomes known of a request while it is processed, for its line in the log."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from server.observability.metrics import ERRORS


@dataclass(slots=True)
class RequestContext:
    """Names and codes of one request, never a value that somebody entered."""

    operation: str | None = None
    """``query``, ``mutation`` or ``subscription``."""
    fields: tuple[str, ...] = ()
    """The names of its root fields."""
    member_id: str | None = None
    errors: list[str] = field(default_factory=list)
    """The codes of the errors at the top level of the response."""

    def log_fields(self) -> dict[str, object]:
        """Return what is known, by the names of the log's fields."""
        values = {name: getattr(self, name) for name in ("operation", "fields", "member_id", "errors")}
        return {name: value for name, value in values.items() if value}


request_context: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)
"""The context of the current HTTP request; None on a WebSocket, where each operation has its own."""


def record_error(code: str, context: RequestContext | None = None) -> None:
    """Count an error by its code, and add it to ``context`` or, without one, to that of the current HTTP request."""
    ERRORS.labels(code).inc()
    if (recorded_in := context or request_context.get()) is not None:
        recorded_in.errors.append(code)
