"""Request errors: what is wrong with a GraphQL request before it is executed, or why it is not executed at all.

https://spec.graphql.org/September2025/#sec-Errors.Request-Errors
"""

import math
from typing import Any

from graphql import GraphQLError

from server.protocol.error_codes import Code

LARGEST_SHOWN = 1_000_000_000
"""The largest figure in an error: nested fragments multiply to numbers that no client's JSON parser can hold."""


class GraphQLRequestError(Exception):
    """A request error: the response has these ``errors`` and no ``data``.

    ``status`` is the HTTP status if it is not the usual one of an invalid document; ``retry_after`` is in seconds.
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
        """Return the request error result: ``errors`` and no ``data``."""
        return {"errors": [dict(error.formatted) for error in self.errors]}

    @property
    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that belong to the response."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def limit_exceeded(limit: str, measured: str, asked: int, allowed: int) -> GraphQLError:
    """Return the error for an exceeded limit, with the figure that was asked for and the one that is allowed.

    ``limit`` is its name for clients, ``measured`` says in the message what was counted. Figures end at
    ``LARGEST_SHOWN``.
    """
    shown = f"{asked:,}" if asked <= LARGEST_SHOWN else f"more than {LARGEST_SHOWN:,}"
    asked = min(asked, LARGEST_SHOWN)
    extensions = {"code": Code.LIMIT_EXCEEDED.value, "limit": limit, "asked": asked, "allowed": allowed}
    return GraphQLError(f"{measured}: {shown}, where at most {allowed:,} are allowed", extensions=extensions)


def too_many_requests(message: str, code: Code, seconds: float, **details: Any) -> GraphQLRequestError:
    """Return the request error with HTTP status 429 for a request that may be repeated in some seconds."""
    wait = max(1, math.ceil(seconds))
    extensions = {"code": code.value, "retryAfter": wait, **details}
    return GraphQLRequestError([GraphQLError(message, extensions=extensions)], status=429, retry_after=wait)
