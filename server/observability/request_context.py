"""What one request turns out to be, told bit by bit by whoever finds it out, for its line in the log."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from server.observability.metrics import ERRORS


@dataclass(slots=True)
class RequestContext:
    """Names and codes, never a value that somebody entered."""

    operation: str | None = None
    """query, mutation or subscription."""
    fields: tuple[str, ...] = ()
    """Its root fields."""
    member_id: str | None = None
    errors: list[str] = field(default_factory=list)
    """The codes of the errors at the top level of the answer."""

    def told(self) -> dict[str, object]:
        """What is known of it, by the names of the log's fields."""
        known = {name: getattr(self, name) for name in ("operation", "fields", "member_id", "errors")}
        return {name: value for name, value in known.items() if value}


request_context: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)
"""Those of the HTTP request at hand; None on a socket, where each operation has its own."""


def record_error(code: str, facts: RequestContext | None = None) -> None:
    """Count an error of an answer by its code, and note it for the log: in ``facts``, or in those of the request."""
    ERRORS.labels(code).inc()
    if (known := facts or request_context.get()) is not None:
        known.errors.append(code)
