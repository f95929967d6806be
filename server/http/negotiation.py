"""Content negotiation: the media type of a response is the one to which ``Accept`` gives the highest weight.

Where it names none of ours (no header, or only a wildcard) the response is ``application/json``, which the
specification still allows and which every older client and command line reads; a client that knows
``application/graphql-response+json`` names it, and then gets it at equal weight. An event stream is only for clients
that name it: at equal weight a query or mutation gets a single JSON response, as urql expects, which names all of them
in every request.
"""

from server.protocol.media_types import EVENT_STREAM, GRAPHQL, JSON, preference

EXACT = 2
"""The precision of a media range that names a type itself."""


def response_media_type(accept: str) -> str | None:
    """Return the media type for the response to a query or mutation; None if the client accepts none of ours."""
    if not accept.strip():
        return JSON
    best: tuple[float, int, bool] = (0.0, 0, False)
    media_type = None
    for candidate in (JSON, GRAPHQL):
        precision, weight = preference(candidate, accept)
        rating = (weight, precision, precision == EXACT and candidate == GRAPHQL)
        if weight > 0 and rating > best:
            best, media_type = rating, candidate
    return EVENT_STREAM if accepts_event_stream(accept, above=best[0]) else media_type


def accepts_event_stream(accept: str, *, above: float = 0.0) -> bool:
    """Return whether the client names event streams, with a weight above this one."""
    precision, weight = preference(EVENT_STREAM, accept)
    return precision == EXACT and weight > above
