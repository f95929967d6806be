"""The kinds of field, one row each: the slot that their values come in, and how these are checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.forms.definitions import FieldKind
from services.forms.kinds.booleans import check_boolean
from services.forms.kinds.choices import check_choices
from services.forms.kinds.dates import check_date
from services.forms.kinds.files import check_files
from services.forms.kinds.lookup import Lookup, Uploads
from services.forms.kinds.numbers import check_decimal, check_integer
from services.forms.kinds.references import check_reference
from services.forms.kinds.text import check_text
from services.forms.kinds.types import (
    CanonicalValue,
    Check,
    CheckContext,
    CheckResult,
    SubmittedValue,
    problem,
)
from services.kernel.global_ids import NodeReference

__all__ = [
    "KINDS",
    "CanonicalValue",
    "CheckContext",
    "CheckResult",
    "Kind",
    "Lookup",
    "NodeReference",
    "SubmittedValue",
    "Uploads",
    "problem",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of field: its slot in the input, what it takes in words, and the check of a value in that slot."""

    slot: str
    takes: str
    check: Check


KINDS: Mapping[FieldKind, Kind] = MappingProxyType(
    {
        FieldKind.TEXT: Kind("text", "text", check_text),
        FieldKind.INTEGER: Kind("integer", "a whole number", check_integer),
        FieldKind.DECIMAL: Kind("decimal", "a number", check_decimal),
        FieldKind.DATE: Kind("date", "a date", check_date),
        FieldKind.BOOLEAN: Kind("boolean", "yes or no", check_boolean),
        FieldKind.CHOICE: Kind("choices", "a choice from its list", check_choices),
        FieldKind.REFERENCE: Kind("reference", "somebody or something of your organisation", check_reference),
        FieldKind.FILE: Kind("files", "uploaded files", check_files),
    }
)
