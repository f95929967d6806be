"""Information about a request that is collected while it is processed, for its log line."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from server.observability.metrics import ERRORS


@dataclass(slots=True)
class RequestContext:
    """Names and codes that describe a request, without any user input."""

    operation: str | None = None
    """``query``, ``mutation`` or ``subscription``."""
    fields: tuple[str, ...] = ()
    """The names of the operation's root fields."""
    member_id: str | None = None
    errors: list[str] = field(default_factory=list)
    """The codes of the errors at the top level of the response."""

    def log_fields(self) -> dict[str, object]:
        """Return the values that are known, keyed by log field."""
        values: dict[str, object] = {}
        if self.operation:
            values["operation"] = self.operation
        if self.fields:
            values["fields"] = self.fields
        if self.member_id:
            values["member_id"] = self.member_id
        if self.errors:
            values["errors"] = self.errors
        return values


request_context: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)
"""The context of the current HTTP request, or None on a WebSocket, where each operation has its own context."""


def record_error(code: str, context: RequestContext | None = None) -> None:
    """Count an error by its code, and add the code to ``context``, by default that of the current HTTP request."""
    ERRORS.labels(code).inc()
    if (target := context or request_context.get()) is not None:
        target.errors.append(code)
