"""What a request is refused with before, or instead of, being carried out."""

import math
from typing import Any

from graphql import GraphQLError

from server.protocol.error_codes import Code

MOST_TOLD = 1_000_000_000
"""Fragments multiply to numbers that no client's JSON can hold."""


class GraphQLRequestError(Exception):
    """A request error: the answer has these errors and no `data`.

    `status` is HTTP's where it is another than that of a document which does not hold; `retry_after` in seconds.
    """

    def __init__(
        self, errors: list[GraphQLError], *, status: int | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{len(errors)} request errors")
        self.errors = errors
        self.status = status
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """What HTTP adds to the answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def refused(refusal: GraphQLRequestError) -> dict[str, Any]:
    """Return the answer to a request error: `errors` and no `data`."""
    return {"errors": [dict(error.formatted) for error in refusal.errors]}


def limit_exceeded(limit: str, what: str, asked: int, allowed: int) -> GraphQLError:
    """An error that names a limit, what was asked for (up to a thousand million) and what is allowed."""
    shown = f"{asked:,}" if asked <= MOST_TOLD else f"more than {MOST_TOLD:,}"
    asked = min(asked, MOST_TOLD)
    extensions = {"code": Code.LIMIT_EXCEEDED.value, "limit": limit, "asked": asked, "allowed": allowed}
    return GraphQLError(f"{what}: {shown}, where at most {allowed:,} are allowed", extensions=extensions)


def too_much(message: str, code: Code, seconds: float, **details: Any) -> GraphQLRequestError:
    """A refusal of what may be asked again in some seconds."""
    wait = max(1, math.ceil(seconds))
    extensions = {"code": code.value, "retryAfter": wait, **details}
    return GraphQLRequestError([GraphQLError(message, extensions=extensions)], status=429, retry_after=wait)
