"""Validation of choices."""

import datetime as dt

from services.forms.definitions import Choice, ChoiceField
from services.forms.kinds.types import CheckContext
from services.ilr.years import first_day, ilr_year, last_day
from services.kernel.dates import format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.words import quote


def check_choice_field(
    errors: ErrorCollector, field: ChoiceField, value: list[str], context: CheckContext
) -> list[str] | None:
    """Return the chosen values without duplicates and unknown values, in the field's order, or None if none are left.

    Adds NOT_A_CHOICE for values that cannot be chosen today, and TOO_MANY for several values of a single choice.
    """
    chosen = set(value)
    if not chosen:
        return None
    known = [choice.value for choice in field.choices if choice.value in chosen]
    by_year = field.key in context.fields_by_year
    valid_today = [choice.value for choice in field.choices if by_year or _is_valid(choice, context.today)]
    if not chosen.issubset(valid_today):
        reasons = [
            _reason(choice, context.today) for choice in field.choices if choice.value in chosen - {*valid_today}
        ]
        message = f"{field.title} has a value that cannot be chosen{_because(reasons)}."
        errors.add(ErrorCode.NOT_A_CHOICE, message, allowed=", ".join(valid_today))
    if len(chosen) > 1 and not field.multiple:
        errors.add(ErrorCode.TOO_MANY, f"{field.title} takes one choice only.", maximum=1)
    return known or None


def _is_valid(choice: Choice, day: dt.date) -> bool:
    has_begun = choice.valid_from is None or choice.valid_from <= day
    return has_begun and (choice.valid_to is None or day <= choice.valid_to)


def _because(reasons: list[str]) -> str:
    return ": " + "; ".join(reasons) if reasons else ""


def _reason(choice: Choice, day: dt.date) -> str:
    """Return why a choice cannot be chosen on a day: when it ended or begins, and with which ILR year."""
    if choice.valid_to is not None and choice.valid_to < day:
        year = ilr_year(choice.valid_to)
        with_year = f", with the ILR year {year}" if choice.valid_to == last_day(year) else ""
        return f"{quote(choice.label)} ended on {format_date(choice.valid_to)}{with_year}"
    assert choice.valid_from is not None, "a choice without days is always valid"
    year = ilr_year(choice.valid_from)
    with_year = f", with the ILR year {year}" if choice.valid_from == first_day(year) else ""
    return f"{quote(choice.label)} begins on {format_date(choice.valid_from)}{with_year}"
