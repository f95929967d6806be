"""The registry of field kinds, with the input slot and the check of each kind's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.forms.definitions import FieldKind
from services.forms.kinds.booleans import check_boolean_field
from services.forms.kinds.choices import check_choice_field
from services.forms.kinds.dates import check_date_field
from services.forms.kinds.files import check_file_field
from services.forms.kinds.numbers import check_decimal_field, check_integer_field
from services.forms.kinds.references import check_reference_field
from services.forms.kinds.text import check_text_field
from services.forms.kinds.types import Check


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: its input slot, a phrase for the values it accepts, and the function that checks a value."""

    slot: str
    accepted_value: str
    check: Check


KINDS: Mapping[FieldKind, Kind] = MappingProxyType(
    {
        FieldKind.TEXT: Kind("text", "text", check_text_field),
        FieldKind.INTEGER: Kind("integer", "a whole number", check_integer_field),
        FieldKind.DECIMAL: Kind("decimal", "a number", check_decimal_field),
        FieldKind.DATE: Kind("date", "a date", check_date_field),
        FieldKind.BOOLEAN: Kind("boolean", "yes or no", check_boolean_field),
        FieldKind.CHOICE: Kind("choices", "a choice from its list", check_choice_field),
        FieldKind.REFERENCE: Kind(
            "reference", "a member, an employer or a programme of your organisation", check_reference_field
        ),
        FieldKind.FILE: Kind("files", "uploaded files", check_file_field),
    }
)
