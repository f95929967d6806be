"""Which media type a request is answered in: the one that `Accept` weighs highest.

Where it names none (no header, or a wildcard alone) the answer is `application/json`, which the specification
still allows and every older client and command line reads; a client that knows `application/graphql-response+json`
names it, and then gets it at equal weight. An event stream is only for who names it: at equal weight a query or
mutation is answered whole, as urql wants it, which names all of them for whatever it asks.
"""

from server.protocol.media_types import EVENTS, GRAPHQL, JSON, preference

NAMED = 2


def answer_type(accept: str) -> str | None:
    """Return the media type for the answer to a query or mutation, None if the client accepts none of them."""
    if not accept.strip():
        return JSON
    best: tuple[float, int, bool] = (0.0, 0, False)
    chosen = None
    for media_type in (JSON, GRAPHQL):
        precision, weight = preference(media_type, accept)
        rating = (weight, precision, precision == NAMED and media_type == GRAPHQL)
        if weight > 0 and rating > best:
            best, chosen = rating, media_type
    return EVENTS if takes_events(accept, above=best[0]) else chosen


def takes_events(accept: str, *, above: float = 0.0) -> bool:
    """Tell whether the client names an event stream, with more than this weight."""
    precision, weight = preference(EVENTS, accept)
    return precision == NAMED and weight > above
