"""The rules about an apprentice's employment: the time between two employers, and the employer's account.

Source: the apprenticeship funding rules on breaks between employers (paragraph 273.1 in 2025-26). They hold for
apprenticeships. A learner whose programme is not known is treated as an apprentice where that only asks for more care.
"""

import datetime as dt

from services.automations.record_check import RecordCheck
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

MAX_GAP_WITHOUT_BREAK, MAX_GAP = 30, 84
"""In days, from the last day with the old employer to the first day with the new one."""

OLD_END, NEW_START, BREAK_CONSIDERED = "oldEndDate", "newStartDate", "breakConsidered"
EMPLOYER_ACCOUNT = "employerAccount"
_GAP_RULE = "Apprenticeship funding rules, paragraph 273.1"


def check_employer_gap(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check the days between two employers: a longer gap needs a confirmation, and the longest a withdrawal.

    Beyond 30 days a break in learning may be due, which somebody has to confirm that they have considered. Beyond
    12 weeks the apprentice must be withdrawn.
    """
    old_end, new_start = check.date(OLD_END), check.date(NEW_START)
    if old_end is None or new_start is None or not check.programme_kind.may_be_apprenticeship:
        return
    gap, values = (new_start - old_end).days, errors.at("values")
    if gap > MAX_GAP:
        message = (
            f"{check.label(NEW_START)} is {gap} days after {check.label(OLD_END)}. An apprentice who has no employer for "
            f"more than 12 weeks ({MAX_GAP} days) must be withdrawn: raise a withdrawal from learning instead."
        )
        latest = old_end + dt.timedelta(days=MAX_GAP)
        values.at(NEW_START).add(
            ErrorCode.TOO_LATE, message, rule=_GAP_RULE, latest=latest, days=gap, maximum=MAX_GAP, field=OLD_END
        )
    elif gap > MAX_GAP_WITHOUT_BREAK and check.values.get(BREAK_CONSIDERED) is not True:
        message = (
            f"There are {gap} days between {check.label(OLD_END)} and {check.label(NEW_START)}. "
            f"Beyond {MAX_GAP_WITHOUT_BREAK} days a break in learning may be due: "
            f"raise one, or confirm {check.label(BREAK_CONSIDERED)}."
        )
        values.at(BREAK_CONSIDERED).add(
            ErrorCode.REQUIRED, message, rule=_GAP_RULE, days=gap, maximum=MAX_GAP_WITHOUT_BREAK
        )


def check_employer_account(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check that the state of the apprenticeship in the employer's account is given for apprenticeships, and only then."""
    kind, answered = check.programme_kind, EMPLOYER_ACCOUNT in check.values
    field_errors = errors.at("values", EMPLOYER_ACCOUNT)
    if kind.is_apprenticeship and not answered:
        message = f"{check.label(EMPLOYER_ACCOUNT)} is required for an apprenticeship: has the employer paused it?"
        field_errors.add(ErrorCode.REQUIRED, message)
    elif answered and not kind.may_be_apprenticeship:
        message = f"{check.label(EMPLOYER_ACCOUNT)} is asked of apprenticeships only: leave it empty for this learner."
        field_errors.add(ErrorCode.UNKNOWN_FIELD, message)
