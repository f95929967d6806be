"""What a text field may ask for."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.forms.definitions import TextFormat
from services.forms.patterns import MAX_PATTERN_LENGTH, is_pattern
from services.kernel.checks import check_number
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import FieldEntry

ONE_LINE, SEVERAL_LINES, LONGEST = 200, 2_000, 100_000
"""How long a text may be where nothing is said, and how long at most."""

_SYNTAX = "in the syntax that RE2 and JavaScript have in common"

FORMAT_LENGTHS: Mapping[TextFormat, tuple[int, int]] = MappingProxyType(
    {
        TextFormat.EMAIL: (5, 100),
        TextFormat.PHONE: (1, 18),
        TextFormat.URL: (8, LONGEST),
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
"""The shortest and the longest text of each format, as it is kept."""


def text_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """Lengths that some text can have, also under the format; a pattern that browsers and the server understand."""
    multiline = bool(entry.multiline)
    longest = check_number(
        errors.at("maxLength"), entry.max_length, label="The greatest length", minimum=1, maximum=LONGEST
    )
    shortest = check_number(
        errors.at("minLength"), entry.min_length, label="The least length", minimum=0, maximum=LONGEST
    )
    lengths = shortest, longest or (SEVERAL_LINES if multiline else ONE_LINE)
    _check_lengths(entry, errors, *lengths)
    return {
        "multiline": multiline,
        "min_length": lengths[0],
        "max_length": lengths[1],
        "format": entry.format,
        "pattern": _pattern(errors.at("pattern"), entry.pattern),
    }


def _pattern(errors: ErrorCollector, pattern: str | None) -> str | None:
    """The pattern in NFC, as the texts are that it is to match."""
    if not pattern:
        return None
    if not is_pattern(pattern):
        errors.add(ErrorCode.INVALID_FORMAT, f"Patterns have at most {MAX_PATTERN_LENGTH:,} characters, {_SYNTAX}.")
        return None
    return unicodedata.normalize("NFC", pattern)


def _check_lengths(entry: FieldEntry, errors: ErrorCollector, shortest: int | None, longest: int) -> None:
    if shortest is not None and shortest > longest:
        if entry.max_length is not None:
            message = "The greatest length is less than the least."
            errors.at("maxLength").add(ErrorCode.TOO_SMALL, message, minimum=shortest)
        else:
            message = f"Without another greatest length that is {longest:,}."
            errors.at("minLength").add(ErrorCode.TOO_LARGE, message, maximum=longest)
    if entry.format is None:
        return
    least, most = FORMAT_LENGTHS[entry.format]
    if longest < least:
        message = f"The shortest text of this format has {least} characters."
        errors.at("maxLength").add(ErrorCode.TOO_SMALL, message, minimum=least)
    if shortest is not None and shortest > most:
        message = f"The longest text of this format has {most:,} characters."
        errors.at("minLength").add(ErrorCode.TOO_LARGE, message, maximum=most)
