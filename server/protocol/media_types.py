"""Parsing of media types, and content negotiation with ``Accept`` (RFC 9110, section 12.5.1)."""

from typing import NamedTuple

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"
UTF_8_NAMES = ("utf-8", "utf8")


class Preference(NamedTuple):
    """How precisely an ``Accept`` header matches a media type, and the weight (0 to 1) that it assigns.

    ``precision`` is 2 for the type itself, 1 for ``type/*``, 0 for ``*/*`` and -1 for no match.
    """

    precision: int
    weight: float


def parse_media_type(text: str) -> tuple[str, dict[str, str]]:
    """Parse a media type, and return its name and parameters in lower case."""
    name, *rest = (part.strip().lower() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest)
    return name, {key.strip(): value.strip().strip('"') for key, _, value in pairs}


def preference(media_type: str, accept: str) -> Preference:
    """Return the preference for a media type in UTF-8, from the most precise range in ``accept`` that matches it."""
    precisions = {"*/*": 0, f"{media_type.partition('/')[0]}/*": 1, media_type: 2}
    best = Preference(-1, 0.0)
    for part in accept.split(","):
        name, parameters = parse_media_type(part)
        precision = precisions.get(name, -1)
        if precision > best.precision and parameters.get("charset", "utf-8") in UTF_8_NAMES:
            best = Preference(precision, _parse_weight(parameters.get("q")))
    return best


def _parse_weight(text: str | None) -> float:
    """Parse a weight: 1 if it is missing, and 0 if it is invalid."""
    try:
        weight = float(text) if text is not None else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
