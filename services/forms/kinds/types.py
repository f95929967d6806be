"""What the check of every kind takes and gives."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from services.forms.definitions import FieldDefinition
from services.forms.kinds.lookup import Lookup
from services.kernel.errors import ErrorCode, Problem

# A value in the form in which it is kept: text, decimal, day and reference as text, choices and files as a list.
CanonicalValue: TypeAlias = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class SubmittedValue:
    """What was entered for a field: the slot and what stands in it, or no slot to clear the field.

    text: str; integer: int; decimal: Decimal, finite; date: datetime.date; boolean: bool; choices: list of str;
    reference: NodeReference; files: list of NodeReference.
    """

    key: str
    slot: str | None
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What a check may ask beside the field and the value."""

    today: dt.date
    lookup: Lookup


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A value in its canonical form, None if it is not filled or has none, and what is wrong with it."""

    value: CanonicalValue | None
    problems: tuple[Problem, ...] = ()


Check: TypeAlias = Callable[[Any, Any, CheckContext], Awaitable[CheckResult]]


def problem(
    at: FieldDefinition, code: ErrorCode, message: str, /, *, rule: str | None = None, **parameters: object
) -> Problem:
    """A problem at a field, with the figures behind its message."""
    figures = tuple((name, str(value)) for name, value in parameters.items())
    return Problem(("values", at.key), code, message, figures, rule)
