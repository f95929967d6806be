"""Validation of the definitions of text fields."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.forms.definitions import TextFormat
from services.forms.patterns import MAX_PATTERN_LENGTH, is_pattern
from services.kernel.checks import check_name, check_number
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import FieldEntry

DEFAULT_LENGTH, DEFAULT_MULTILINE_LENGTH, MAX_LENGTH = 200, 2_000, 100_000
"""The default maximum lengths, and the highest maximum length that a definition may have, in code points."""

MAX_HINT_LENGTH = 200

_SYNTAX_PHRASE = "in the syntax that RE2 and JavaScript have in common"

FORMAT_LENGTHS: Mapping[TextFormat, tuple[int, int]] = MappingProxyType(
    {
        TextFormat.EMAIL: (5, 100),
        TextFormat.PHONE: (1, 18),
        TextFormat.URL: (8, MAX_LENGTH),
        TextFormat.POSTCODE: (6, 8),
        TextFormat.NATIONAL_INSURANCE_NUMBER: (8, 9),
        TextFormat.ULN: (10, 10),
        TextFormat.UKPRN: (8, 8),
        TextFormat.EMPLOYER_ID: (9, 9),
        TextFormat.LEARNING_AIM_REFERENCE: (1, 8),
        TextFormat.STANDARD_REFERENCE: (6, 6),
        TextFormat.EPA_ORGANISATION_ID: (7, 8),
        TextFormat.UTR: (10, 10),
        TextFormat.ILR_YEAR: (5, 5),
        TextFormat.PERSON_NAME: (1, 100),
        TextFormat.ADDRESS_LINE: (1, 50),
    }
)
"""The minimum and maximum length of texts of each format in canonical form."""


def check_text_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the attributes of a text field.

    Adds TOO_SMALL or TOO_LARGE if no text of the format can have an allowed length, and INVALID_FORMAT for a pattern that
    is not valid in both RE2 and JavaScript.
    """
    multiline = bool(entry.multiline)
    max_length = check_number(
        errors.at("max_length"), entry.max_length, label="The maximum length", minimum=1, maximum=MAX_LENGTH
    )
    min_length = check_number(
        errors.at("min_length"), entry.min_length, label="The minimum length", minimum=0, maximum=MAX_LENGTH
    )
    max_length = max_length or (DEFAULT_MULTILINE_LENGTH if multiline else DEFAULT_LENGTH)
    _check_lengths(errors, entry, min_length, max_length)
    return {
        "multiline": multiline,
        "min_length": min_length,
        "max_length": max_length,
        "format": entry.format,
        "pattern": _check_pattern(errors.at("pattern"), entry.pattern),
        "pattern_hint": _check_hint(errors, entry),
    }


def _check_pattern(errors: ErrorCollector, pattern: str | None) -> str | None:
    """Check the syntax and length of a pattern, and return it in NFC, like the texts it will be matched against.

    Adds INVALID_FORMAT and returns None if the pattern is not valid.
    """
    if not pattern:
        return None
    if not is_pattern(pattern):
        errors.add(
            ErrorCode.INVALID_FORMAT, f"Patterns have at most {MAX_PATTERN_LENGTH:,} characters, {_SYNTAX_PHRASE}."
        )
        return None
    return unicodedata.normalize("NFC", pattern)


def _check_hint(errors: ErrorCollector, entry: FieldEntry) -> str | None:
    hint = check_name(errors.at("pattern_hint"), entry.pattern_hint or "", label="The hint", max_length=MAX_HINT_LENGTH)
    if hint and not entry.pattern:
        errors.at("pattern").add(ErrorCode.REQUIRED, "A hint needs the pattern that it explains.")
    return hint or None


def _check_lengths(errors: ErrorCollector, entry: FieldEntry, min_length: int | None, max_length: int) -> None:
    if min_length is not None and min_length > max_length:
        if entry.max_length is not None:
            message = "The maximum length is less than the minimum length."
            errors.at("max_length").add(ErrorCode.TOO_SMALL, message, minimum=min_length)
        else:
            message = f"It must be at most {max_length:,}, the default maximum length."
            errors.at("min_length").add(ErrorCode.TOO_LARGE, message, maximum=max_length)
    if entry.format is None:
        return
    shortest, longest = FORMAT_LENGTHS[entry.format]
    if max_length < shortest:
        message = f"The shortest text of this format has {shortest} characters."
        errors.at("max_length").add(ErrorCode.TOO_SMALL, message, minimum=shortest)
    if min_length is not None and min_length > longest:
        message = f"The longest text of this format has {longest:,} characters."
        errors.at("min_length").add(ErrorCode.TOO_LARGE, message, maximum=longest)
