"""Media types in headers: parsing ``Content-Type``, and the preferences in ``Accept`` (RFC 9110, section 12.5.1)."""

from typing import NamedTuple

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
UTF_8 = ("utf-8", "utf8")


class Preference(NamedTuple):
    """How precisely ``Accept`` names a type (2 itself, 1 ``type/*``, 0 ``*/*``, -1 not at all), and its weight, 0 to 1."""

    precision: int
    weight: float


def parse_media_type(text: str) -> tuple[str, dict[str, str]]:
    """Return a media type and its parameters, all in lower case."""
    name, *rest = (part.strip().lower() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest)
    return name, {key.strip(): value.strip().strip('"') for key, _, value in pairs}


def preference(media_type: str, accept: str) -> Preference:
    """Return the preference of ``Accept`` for a media type in UTF-8, by the most precise range that matches it."""
    ranks = {"*/*": 0, f"{media_type.partition('/')[0]}/*": 1, media_type: 2}
    best = Preference(-1, 0.0)
    for part in accept.split(","):
        name, parameters = parse_media_type(part)
        rank = ranks.get(name, -1)
        if rank > best.precision and parameters.get("charset", "utf-8") in UTF_8:
            best = Preference(rank, _weight(parameters.get("q")))
    return best


def _weight(text: str | None) -> float:
    """Return the weight; 0 for text that is none."""
    try:
        weight = float(text) if text is not None else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
