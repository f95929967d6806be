"""What the checks of all kinds share: the values before and after a check, and what a check may ask."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from services.forms.definitions import ReferenceTarget
from services.forms.kinds.lookup import Lookup
from services.kernel.error_collector import ErrorCollector

# A value as it is stored: texts, decimals, dates and references as text, choices and files as a list of texts.
CanonicalValue: TypeAlias = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A member, an employer or a programme that an entry names; without a target, the id of none of these."""

    target: ReferenceTarget | None
    id: UUID


@dataclass(frozen=True, slots=True)
class SubmittedValue:
    """The value that an entry gives to a field, by the slot of the input that holds it; no slot clears the field.

    text: str; integer: int; decimal: Decimal, finite; date: datetime.date; boolean: bool; choices: list of str;
    reference: Reference; files: list of UUID.
    """

    key: str
    slot: str | None
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What a check may ask beside the field and the value."""

    today: dt.date
    lookup: Lookup


# Takes the collector at the field's path, the field, the value in the field's slot, and the context. Returns the
# canonical value, also of a refused value that has one; None if it is not filled or has none.
Check: TypeAlias = Callable[[ErrorCollector, Any, Any, CheckContext], Awaitable[CanonicalValue | None]]
