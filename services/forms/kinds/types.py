"""Types shared by the checks of all kinds of field."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from services.forms.definitions import ReferenceTarget
from services.forms.kinds.lookup import Lookup
from services.kernel.error_collector import ErrorCollector

# A value as stored. Texts, decimals, dates and references are strings; choices and files are lists of strings.
CanonicalValue: TypeAlias = str | int | bool | list[str]


class Reference(NamedTuple):
    """A reference submitted in an entry. ``target`` is None if the id belongs to an object of another kind."""

    target: ReferenceTarget | None
    id: UUID


class SubmittedValue(NamedTuple):
    """A value submitted for a field, with the name of the input slot that holds it. A ``slot`` of None clears the field.

    The types by slot are: text: str; integer: int; decimal: finite Decimal; date: datetime.date; boolean: bool;
    choices: list of str; reference: Reference; files: list of UUID.
    """

    key: str
    slot: str | None
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """The context of a check: today's date, and the lookup of references and files.

    The choices of ``fields_by_year`` are checked by the ILR year of another field, and not by today's date.
    """

    today: dt.date
    lookup: Lookup
    fields_by_year: frozenset[str] = frozenset()


# Takes the error collector at the field's path, the field, the submitted value and the context. Returns the canonical
# value, even of an invalid value that has one, or None if the value is empty or has no canonical form.
Check: TypeAlias = Callable[[ErrorCollector, Any, Any, CheckContext], CanonicalValue | None]
