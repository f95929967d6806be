"""Which fields of a form are visible, given its values."""

import re
from collections.abc import Mapping
from decimal import Decimal

from services.forms.definitions import DecimalField, FieldCondition, TypeDefinition
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def visible_fields(definition: TypeDefinition, values: Mapping[str, CanonicalValue]) -> frozenset[str]:
    """Return the keys of the fields that are not hidden, given canonical values.

    A condition looks back: it holds if the canonical text of the field that it names, or any value chosen there,
    is listed. On a field that is hidden, not filled, or further down in the form it does not hold.
    """
    visible: set[str] = set()
    for field in definition.fields:
        condition = field.visible_when
        if condition is None or (
            condition.field in visible and _holds(definition, condition, values.get(condition.field))
        ):
            visible.add(field.key)
    return frozenset(visible)


def _holds(definition: TypeDefinition, condition: FieldCondition, value: CanonicalValue | None) -> bool:
    listed, texts = set(condition.is_one_of), _canonical_texts(value)
    if isinstance(definition.field(condition.field), DecimalField):
        # 12.50 is 12.5, however either is written.
        listed, texts = set(map(_number, listed)), frozenset(map(_number, texts))
    return not texts.isdisjoint(listed)


def _number(text: str) -> str:
    # A condition may list any text; an exponent could stand for a gigabyte of digits.
    return plain_text(Decimal(text)) if _NUMBER.fullmatch(text) else text


def _canonical_texts(value: CanonicalValue | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, bool):
        return frozenset({"true" if value else "false"})
    return frozenset(value) if isinstance(value, list) else frozenset({str(value)})
