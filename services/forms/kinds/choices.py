"""Validation of choices."""

import datetime as dt

from services.forms.definitions import Choice, ChoiceField
from services.forms.kinds.types import CheckContext
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode


async def check_choice_field(
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
        message = f"{field.label} holds something that cannot be chosen."
        errors.add(ErrorCode.NOT_A_CHOICE, message, allowed=", ".join(valid_today))
    if len(chosen) > 1 and not field.multiple:
        errors.add(ErrorCode.TOO_MANY, f"{field.label} takes one choice only.", maximum=1)
    return known or None


def _is_valid(choice: Choice, day: dt.date) -> bool:
    has_begun = choice.valid_from is None or choice.valid_from <= day
    return has_begun and (choice.valid_to is None or day <= choice.valid_to)
