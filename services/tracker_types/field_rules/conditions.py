"""Validation of visibility conditions, which refer to an earlier field and some of its possible values."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from services.forms.definitions import (
    BooleanField,
    ChoiceField,
    DateField,
    DecimalField,
    FieldCondition,
    FieldDefinition,
    FieldKind,
    IntegerField,
    TextField,
)
from services.forms.formats import check_format
from services.forms.kinds.numbers import MAX_DECIMAL, MAX_INTEGER, MIN_INTEGER, decimal_places, plain_text
from services.forms.patterns import matches
from services.kernel.checks import take_at_most
from services.kernel.dates import EARLIEST_DATE, LATEST_DATE
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text
from services.tracker_types.input import ConditionEntry

MAX_VALUES = 500

_NUMBER_PATTERN = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_condition(
    errors: ErrorCollector, entry: ConditionEntry, earlier: Mapping[str, FieldDefinition]
) -> FieldCondition | None:
    """Return the condition with unique values in canonical form, or None if its field is invalid.

    Adds UNKNOWN_FIELD unless the field comes earlier in the form, WRONG_KIND if conditions do not support the field's
    kind or a value does not match it, and NOT_A_CHOICE if the field can never have a value.
    """
    values = take_at_most(
        errors.at("is_one_of"), entry.is_one_of, label="A condition lists values,", maximum=MAX_VALUES
    )
    if not values:
        errors.at("is_one_of").add(ErrorCode.REQUIRED, "List the values for which the field is shown.")
    other = earlier.get(entry.field)
    if other is None:
        errors.at("field").add(ErrorCode.UNKNOWN_FIELD, "A condition must name a field further up in the form.")
        return None
    if other.kind not in _CANONICALISERS:
        message = "A condition cannot ask for files or references."
        errors.at("field").add(ErrorCode.WRONG_KIND, message, allowed=", ".join(_CANONICALISERS))
        return None
    checked = [_check_value(errors.at("is_one_of", index), text, other) for index, text in enumerate(values)]
    canonical = dict.fromkeys(value for value in checked if value is not None)
    return FieldCondition(field=entry.field, is_one_of=tuple(canonical))


def _check_value(errors: ErrorCollector, text: str, other: FieldDefinition) -> str | None:
    try:
        canonical = _CANONICALISERS[other.kind](other, text)
    except ValueError:
        errors.add(ErrorCode.WRONG_KIND, f"{other.title} never has such a value.", allowed=other.kind)
        return None
    if canonical is None:
        errors.add(ErrorCode.NOT_A_CHOICE, f"{other.title} never has this value.", field=other.key)
    return canonical


def _canonical_text(field: TextField, text: str) -> str | None:
    clean = clean_text(text)
    if clean is None:
        raise ValueError
    canonical = check_format(field.format, clean) if field.format else clean
    if not isinstance(canonical, str) or not max(field.min_length or 0, 1) <= len(canonical) <= field.max_length:
        return None
    return canonical if field.pattern is None or matches(field.pattern, canonical) else None


def _canonical_integer(field: IntegerField, text: str) -> str | None:
    if "." in text:
        raise ValueError
    return _canonical_number(field, text, MIN_INTEGER, MAX_INTEGER)


def _canonical_decimal(field: DecimalField, text: str) -> str | None:
    canonical = _canonical_number(field, text, -MAX_DECIMAL, MAX_DECIMAL)
    return canonical if canonical is not None and decimal_places(Decimal(canonical)) <= field.places else None


def _canonical_number(field: IntegerField | DecimalField, text: str, smallest: Decimal, largest: Decimal) -> str | None:
    if not _NUMBER_PATTERN.fullmatch(text):
        raise ValueError
    number = Decimal(text)
    minimum = smallest if field.minimum is None else field.minimum
    maximum = largest if field.maximum is None else field.maximum
    return plain_text(number) if minimum <= number <= maximum else None


def _canonical_date(field: DateField, text: str) -> str | None:
    if not _DATE_PATTERN.fullmatch(text):
        raise ValueError
    day = dt.date.fromisoformat(text)
    earliest = [bound.date + dt.timedelta(bound.offset_days) for bound in field.earliest if bound.date]
    latest = [bound.date + dt.timedelta(bound.offset_days) for bound in field.latest if bound.date]
    return text if max([EARLIEST_DATE, *earliest]) <= day <= min([LATEST_DATE, *latest]) else None


def _canonical_boolean(field: BooleanField, text: str) -> str | None:
    if text not in ("true", "false"):
        raise ValueError
    return None if field.must_be_true and text == "false" else text


def _canonical_choice(field: ChoiceField, text: str) -> str | None:
    clean = clean_text(text)
    return clean if any(choice.value == clean for choice in field.choices) else None


# Takes a field and a value as text. Returns the value in canonical form, or None if the field can never have it.
# Raises ValueError if the value is of another kind.
_Canonicaliser: TypeAlias = Callable[[Any, str], str | None]
_CANONICALISERS: Mapping[FieldKind, _Canonicaliser] = MappingProxyType(
    {
        FieldKind.TEXT: _canonical_text,
        FieldKind.INTEGER: _canonical_integer,
        FieldKind.DECIMAL: _canonical_decimal,
        FieldKind.DATE: _canonical_date,
        FieldKind.BOOLEAN: _canonical_boolean,
        FieldKind.CHOICE: _canonical_choice,
    }
)
