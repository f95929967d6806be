"""Evaluation of the conditions under which the fields of a form are visible."""

import re
from collections.abc import Mapping
from decimal import Decimal

from services.forms.definitions import DecimalField, FieldCondition, TypeDefinition
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def visible_fields(definition: TypeDefinition, values: Mapping[str, CanonicalValue]) -> frozenset[str]:
    """Return the keys of the visible fields of a form with these canonical values.

    A condition never holds if the field that it refers to is hidden, is empty or comes later in the form.
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
    allowed, texts = set(condition.is_one_of), _canonical_texts(value)
    if isinstance(definition.field(condition.field), DecimalField):
        # 12.50 equals 12.5.
        allowed, texts = set(map(_number, allowed)), frozenset(map(_number, texts))
    return not texts.isdisjoint(allowed)


def _number(text: str) -> str:
    # A condition may list any text; an exponent could expand to a gigabyte of digits.
    return plain_text(Decimal(text)) if _NUMBER.fullmatch(text) else text


def _canonical_texts(value: CanonicalValue | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, bool):
        return frozenset({"true" if value else "false"})
    return frozenset(value) if isinstance(value, list) else frozenset({str(value)})
