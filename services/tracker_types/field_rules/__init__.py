"""The rules of a field's definition, one row a kind: the slots that it has, and what may stand in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from services.forms.definitions import FIELD_TYPES, FieldDefinition, FieldKind
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.field_rules.choices import choice_rules
from services.tracker_types.field_rules.dates import date_rules
from services.tracker_types.field_rules.files import file_rules
from services.tracker_types.field_rules.numbers import decimal_rules, integer_rules
from services.tracker_types.field_rules.simple import boolean_rules, reference_rules
from services.tracker_types.field_rules.texts import text_rules
from services.tracker_types.input import FieldEntry

__all__ = ["RULES", "SLOTS", "Rules", "field_of"]

# The attributes of the kind's own: what is wrong is told, and left out or made good for the checks that follow.
_Check: TypeAlias = Callable[[FieldEntry, ErrorCollector], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rules:
    """The slots of a kind by their attributes, and the check of what stands in them."""

    slots: tuple[str, ...]
    check: _Check


RULES: Mapping[FieldKind, Rules] = MappingProxyType(
    {
        FieldKind.TEXT: Rules(("multiline", "min_length", "max_length", "format", "pattern"), text_rules),
        FieldKind.INTEGER: Rules(("minimum", "maximum"), integer_rules),
        FieldKind.DECIMAL: Rules(("minimum", "maximum", "places"), decimal_rules),
        FieldKind.DATE: Rules(("earliest", "latest"), date_rules),
        FieldKind.BOOLEAN: Rules(("default", "must_be_true"), boolean_rules),
        FieldKind.CHOICE: Rules(("choices", "multiple"), choice_rules),
        FieldKind.REFERENCE: Rules(("target", "confirmed_only"), reference_rules),
        FieldKind.FILE: Rules(("accept", "max_bytes", "max_files"), file_rules),
    }
)
SLOTS: Mapping[str, str] = MappingProxyType(
    {
        "multiline": "multiline",
        "min_length": "minLength",
        "max_length": "maxLength",
        "format": "format",
        "pattern": "pattern",
        "minimum": "minimum",
        "maximum": "maximum",
        "places": "places",
        "earliest": "earliest",
        "latest": "latest",
        "default": "default",
        "must_be_true": "mustBeTrue",
        "choices": "choices",
        "multiple": "multiple",
        "target": "target",
        "confirmed_only": "confirmedOnly",
        "accept": "accept",
        "max_bytes": "maxBytes",
        "max_files": "maxFiles",
    }
)
"""The slots that not every kind has, by their attributes, as the API calls them."""


def field_of(entry: FieldEntry, errors: ErrorCollector, common: Mapping[str, Any]) -> FieldDefinition:
    """The field that an entry describes, made good where something is wrong; WRONG_KIND at a slot of other kinds."""
    rules = RULES[entry.kind]
    for attribute, slot in SLOTS.items():
        if attribute not in rules.slots and getattr(entry, attribute) is not None:
            message = f"A field of kind {entry.kind} has no {slot}."
            errors.at(slot).add(ErrorCode.WRONG_KIND, message, allowed=", ".join(SLOTS[one] for one in rules.slots))
    return FIELD_TYPES[entry.kind](**common, **rules.check(entry, errors))
