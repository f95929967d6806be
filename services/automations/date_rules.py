"""The ILR's rules about dates, for the aims that an automation changes.

An end date that an aim has already is never overwritten, so it counts instead of the one that is entered.
"""

import datetime as dt

from services.automations.aims import is_standard_programme_aim
from services.automations.record_check import RecordCheck
from services.ilr.aims import PROGRAMME_AIM
from services.kernel.dates import format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

_ASSESSMENT_SINCE = dt.date(2019, 8, 1)
_MIN_ASSESSMENT = dt.timedelta(days=7)  # from the end of a standard's training to its achievement (AchDate_11)


def check_end(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check that no learning aim ends before it started (LearnActEndDate_01)."""
    key = check.source_field("aim.actualEndDate")
    end = check.date(key)
    starts = [aim.start_date for aim in check.affected_aims if aim.actual_end_date is None]
    if key is None or end is None or not starts or end >= (latest_start := max(starts)):
        return
    message = (
        f"{check.field(key).title} must be {format_date(latest_start)} or later: "
        "a learning aim that it ends started on that date."
    )
    _add_too_early(errors, key, message, latest_start, rule="LearnActEndDate_01")


def check_return(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check that the return from a break is after its beginning."""
    if check.definition.restarts is None:
        return
    key = check.definition.restarts["start"]
    start = check.date(key)
    ends = [aim.actual_end_date for aim in check.affected_aims if aim.actual_end_date]
    if start is None or not ends or start > max(ends):
        return
    earliest = max(ends) + dt.timedelta(days=1)
    message = f"{check.field(key).title} must be after the break began: {format_date(earliest)} or later."
    _add_too_early(errors, key, message, earliest)


def check_achievement(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check the achievement date against the ends of programme aims.

    Seven days or more must lie between them if the training of a standard ended on or after 1 August 2019 (AchDate_11).
    Other programmes can be achieved on their last day.
    """
    key = check.source_field("aim.achievementDate")
    achieved = check.date(key)
    entered_end = check.date(check.source_field("aim.actualEndDate"))
    if key is None or achieved is None or (entered_end and achieved < entered_end):  # the last is a bound of the form
        return
    ends = [
        (end + _MIN_ASSESSMENT if is_standard_programme_aim(aim) and end >= _ASSESSMENT_SINCE else end, end)
        for aim in check.affected_aims
        if aim.aim_type == PROGRAMME_AIM and (end := aim.actual_end_date or entered_end)
    ]
    if not ends or achieved >= (strictest := max(ends))[0]:
        return
    earliest, end = strictest
    message = (
        f"{check.field(key).title} must be {format_date(earliest)} or later: the programme ended on {format_date(end)}."
    )
    _add_too_early(errors, key, message, earliest, rule="AchDate_11" if earliest > end else None)


def _add_too_early(
    errors: ErrorCollector, key: str, message: str, earliest: dt.date, *, rule: str | None = None
) -> None:
    errors.at("values", key).add(ErrorCode.TOO_EARLY, message, rule=rule, earliest=earliest.isoformat())
