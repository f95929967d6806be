"""One choice or several, of a list whose entries come and go by the day."""

import datetime as dt

from services.forms.definitions import Choice, ChoiceField
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.kernel.errors import ErrorCode, Problem


async def check_choices(field: ChoiceField, value: list[str], context: CheckContext) -> CheckResult:
    """Only choices that may be chosen today, and only one unless several may. The same twice counts once."""
    chosen = set(value)
    if not chosen:
        return CheckResult(None)
    known = [choice for choice in field.choices if choice.value in chosen]
    open_today = [choice.value for choice in field.choices if _is_open(choice, context.today)]
    problems: tuple[Problem, ...] = ()
    if not chosen.issubset(open_today):
        message = f"{field.label} holds something that cannot be chosen."
        problems += (problem(field, ErrorCode.NOT_A_CHOICE, message, allowed=", ".join(open_today)),)
    if len(chosen) > 1 and not field.multiple:
        problems += (problem(field, ErrorCode.TOO_MANY, f"{field.label} takes one choice only.", maximum=1),)
    return CheckResult([choice.value for choice in known] or None, problems)


def _is_open(choice: Choice, day: dt.date) -> bool:
    begun = choice.valid_from is None or choice.valid_from <= day
    return begun and (choice.valid_to is None or day <= choice.valid_to)
