"""The registry of field kinds, with the attributes of each kind's definitions and the function that checks them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from services.forms.definitions import FieldKind
from services.kernel.error_collector import ErrorCollector
from services.tracker_types.field_rules.booleans import check_boolean_rules
from services.tracker_types.field_rules.choices import check_choice_rules
from services.tracker_types.field_rules.dates import check_date_rules
from services.tracker_types.field_rules.files import check_file_rules
from services.tracker_types.field_rules.numbers import check_decimal_rules, check_integer_rules
from services.tracker_types.field_rules.references import check_reference_rules
from services.tracker_types.field_rules.text import check_text_rules
from services.tracker_types.input import FieldEntry

# Takes the error collector at the field's path and the entry. Returns the attributes specific to the kind, omitting
# invalid ones or replacing them with valid ones for subsequent checks.
_Check: TypeAlias = Callable[[ErrorCollector, FieldEntry], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rules:
    """The names of the ``FieldEntry`` attributes specific to a kind of field, and the function that checks them."""

    slots: tuple[str, ...]
    check: _Check


RULES: Mapping[FieldKind, Rules] = MappingProxyType(
    {
        FieldKind.TEXT: Rules(
            ("multiline", "min_length", "max_length", "format", "pattern", "pattern_hint"), check_text_rules
        ),
        FieldKind.INTEGER: Rules(("minimum", "maximum"), check_integer_rules),
        FieldKind.DECIMAL: Rules(("minimum", "maximum", "places"), check_decimal_rules),
        FieldKind.DATE: Rules(("earliest", "latest"), check_date_rules),
        FieldKind.BOOLEAN: Rules(("default", "must_be_true"), check_boolean_rules),
        FieldKind.CHOICE: Rules(("choices", "multiple"), check_choice_rules),
        FieldKind.REFERENCE: Rules(("target", "confirmed_only"), check_reference_rules),
        FieldKind.FILE: Rules(("accept", "max_bytes", "max_files"), check_file_rules),
    }
)

API_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "multiline": "multiline",
        "min_length": "minLength",
        "max_length": "maxLength",
        "format": "format",
        "pattern": "pattern",
        "pattern_hint": "patternHint",
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
"""The API names of the attributes specific to some kinds.

Services speak snake_case, and error paths and parameter names become camelCase where errors are formatted. This mapping
is the one exception, because messages and parameter values are not converted: a message to people, and its figure
``allowed``, name the fields as the API does.
"""
