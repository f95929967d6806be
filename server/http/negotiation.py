"""Content negotiation: a response has the media type to which ``Accept`` gives the highest weight.

If ``Accept`` names none of the supported types (it is missing, or has only a wildcard), the response is
``application/json``, which the specification still allows and which older clients and command-line tools understand.
Clients that know ``application/graphql-response+json`` name it, so at equal weight it wins. Only clients that name
event streams get one: at equal weight, a query or mutation gets a single JSON response. urql, which names all of these
types in every request, expects this.
"""

from functools import lru_cache

from server.protocol.media_types import EVENT_STREAM, GRAPHQL, JSON, preference

EXACT = 2
"""The precision of a media range that names a type without wildcards."""

MAX_REMEMBERED_LENGTH = 500
"""The maximum length of a header whose media type is remembered; a client may send a far longer one."""


def response_media_type(accept: str) -> str | None:
    """Return the media type for the response to a query or mutation, or None if no supported type is acceptable."""
    return _remembered_media_type(accept) if len(accept) <= MAX_REMEMBERED_LENGTH else _negotiate(accept)


def _negotiate(accept: str) -> str | None:
    if not accept.strip():
        return JSON
    best: tuple[float, int, bool] = (0.0, 0, False)
    media_type = None
    for candidate in (JSON, GRAPHQL):
        precision, weight = preference(candidate, accept)
        rating = (weight, precision, precision == EXACT and candidate == GRAPHQL)
        if weight > 0 and rating > best:
            best, media_type = rating, candidate
    return EVENT_STREAM if accepts_event_stream(accept, other_weight=best[0]) else media_type


_remembered_media_type = lru_cache(maxsize=1_000)(_negotiate)


def accepts_event_stream(accept: str, *, other_weight: float = 0.0) -> bool:
    """Return whether the client names event streams with a weight greater than ``other_weight``."""
    precision, weight = preference(EVENT_STREAM, accept)
    return precision == EXACT and weight > other_weight
