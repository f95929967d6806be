"""Conditions between fields: each looks back, at values that the other field can have."""

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

MOST_VALUES = 500

_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def condition_of(
    entry: ConditionEntry, errors: ErrorCollector, earlier: Mapping[str, FieldDefinition]
) -> FieldCondition | None:
    """The condition with its values as the other field keeps them, each once.

    UNKNOWN_FIELD for a field that is not further up, WRONG_KIND for one whose values a form cannot compare and for
    a value of another kind, NOT_A_CHOICE for one that the field never has.
    """
    values = take_at_most(errors.at("isOneOf"), entry.is_one_of, label="A condition lists values,", maximum=MOST_VALUES)
    if not values:
        errors.at("isOneOf").add(ErrorCode.REQUIRED, "Say with which values the field is shown.")
    other = earlier.get(entry.field)
    if other is None:
        errors.at("field").add(ErrorCode.UNKNOWN_FIELD, "A condition names a field further up in the form.")
        return None
    if other.kind not in _KEPT:
        message = "A condition cannot ask for files or references."
        errors.at("field").add(ErrorCode.WRONG_KIND, message, allowed=", ".join(_KEPT))
        return None
    kept = [_value(text, other, errors.at("isOneOf", index)) for index, text in enumerate(values)]
    return FieldCondition(field=entry.field, is_one_of=tuple(dict.fromkeys(one for one in kept if one is not None)))


def _value(text: str, other: FieldDefinition, errors: ErrorCollector) -> str | None:
    try:
        kept = _KEPT[other.kind](other, text)
    except ValueError:
        errors.add(ErrorCode.WRONG_KIND, f"The other field is of kind {other.kind}.", allowed=other.kind)
        return None
    if kept is None:
        errors.add(ErrorCode.NOT_A_CHOICE, "The other field never has this value.", field=other.key)
    return kept


def _text(field: TextField, text: str) -> str | None:
    clean = clean_text(text)
    if clean is None:
        raise ValueError
    kept = check_format(field.format, clean) if field.format else clean
    if not isinstance(kept, str) or not max(field.min_length or 0, 1) <= len(kept) <= field.max_length:
        return None
    return kept if field.pattern is None or matches(field.pattern, kept) else None


def _integer(field: IntegerField, text: str) -> str | None:
    if "." in text:
        raise ValueError
    return _number(field, text, MIN_INTEGER, MAX_INTEGER)


def _decimal(field: DecimalField, text: str) -> str | None:
    kept = _number(field, text, -MAX_DECIMAL, MAX_DECIMAL)
    return kept if kept is not None and decimal_places(Decimal(kept)) <= field.places else None


def _number(field: IntegerField | DecimalField, text: str, smallest: Decimal, largest: Decimal) -> str | None:
    if not _NUMBER.fullmatch(text):
        raise ValueError
    number = Decimal(text)
    least = smallest if field.minimum is None else field.minimum
    most = largest if field.maximum is None else field.maximum
    return plain_text(number) if least <= number <= most else None


def _day(field: DateField, text: str) -> str | None:
    if not _DAY.fullmatch(text):
        raise ValueError
    day = dt.date.fromisoformat(text)
    earliest = [bound.date + dt.timedelta(bound.offset_days) for bound in field.earliest if bound.date]
    latest = [bound.date + dt.timedelta(bound.offset_days) for bound in field.latest if bound.date]
    return text if max([EARLIEST_DATE, *earliest]) <= day <= min([LATEST_DATE, *latest]) else None


def _boolean(field: BooleanField, text: str) -> str | None:
    if text not in ("true", "false"):
        raise ValueError
    return None if field.must_be_true and text == "false" else text


def _choice(field: ChoiceField, text: str) -> str | None:
    clean = clean_text(text)
    return clean if any(choice.value == clean for choice in field.choices) else None


# As the field keeps the value that a text stands for; None if it never has it, ValueError if it is of another kind.
_Kept: TypeAlias = Callable[[Any, str], str | None]
_KEPT: Mapping[FieldKind, _Kept] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.INTEGER: _integer,
        FieldKind.DECIMAL: _decimal,
        FieldKind.DATE: _day,
        FieldKind.BOOLEAN: _boolean,
        FieldKind.CHOICE: _choice,
    }
)
