"""Request errors, which prevent a GraphQL request from being executed.

https://spec.graphql.org/September2025/#sec-Errors.Request-Errors
"""

import math
from typing import Any

from graphql import GraphQLError

from server.protocol.error_codes import Code

MAX_REPORTED_FIGURE = 1_000_000_000
"""The largest figure in an error. Nested fragments can multiply to integers that no JSON parser supports."""


class GraphQLRequestError(Exception):
    """Raised for a request error; the response has these ``errors`` and no ``data``.

    ``status`` is the HTTP status if it differs from that of an invalid document; ``retry_after`` is in seconds.
    """

    def __init__(
        self, errors: list[GraphQLError], *, status: int | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{len(errors)} request errors")
        self.errors = errors
        self.status = status
        self.retry_after = retry_after

    @property
    def formatted(self) -> dict[str, Any]:
        """Return the result as JSON, with ``errors`` and without ``data``."""
        return {"errors": [dict(error.formatted) for error in self.errors]}

    @property
    def headers(self) -> dict[str, str]:
        """Return the HTTP headers to add to the response."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def request_error(message: str, code: Code) -> GraphQLRequestError:
    """Return a request error with a single error and nothing but its code."""
    return GraphQLRequestError([GraphQLError(message, extensions={"code": code.value})])


def limit_exceeded(limit: str, subject: str, actual: int, allowed: int) -> GraphQLError:
    """Return the error for an exceeded limit, with the actual and the allowed figure.

    ``limit`` is the limit's name for clients; ``subject`` says in the message what was counted. Figures are capped at
    ``MAX_REPORTED_FIGURE``.
    """
    figure = f"{actual:,}" if actual <= MAX_REPORTED_FIGURE else f"more than {MAX_REPORTED_FIGURE:,}"
    reported = min(actual, MAX_REPORTED_FIGURE)
    extensions = {"code": Code.LIMIT_EXCEEDED.value, "limit": limit, "asked": reported, "allowed": allowed}
    return GraphQLError(f"{subject}: {figure}, where at most {allowed:,} are allowed", extensions=extensions)


def too_many_requests(message: str, code: Code, seconds: float, **details: Any) -> GraphQLRequestError:
    """Return a request error with HTTP status 429 for a request that may be retried after ``seconds``."""
    wait = max(1, math.ceil(seconds))
    extensions = {"code": code.value, "retryAfter": wait, **details}
    return GraphQLRequestError([GraphQLError(message, extensions=extensions)], status=429, retry_after=wait)
