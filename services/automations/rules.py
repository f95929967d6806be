"""Checking a process automation against the learner's record: its precondition and the ILR's cross-field rules.

The checks run at creation, at approval and on application, because the record may change in between.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from models import Learner, LearningAim
from services.automations.gateway import check_no_break_after_gateway
from services.forms.definitions import DateField, FieldDefinition, TypeDefinition
from services.kernel.dates import format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

CONTINUING, COMPLETED, BREAK = 1, 2, 6
OUTCOME_NOT_KNOWN = 8
PROGRAMME_AIM = 1
_MIN_ASSESSMENT = dt.timedelta(days=7)  # from a programme's end to its achievement


async def check_automation(
    errors: ErrorCollector,
    definition: TypeDefinition,
    values: Mapping[str, Any],
    learner: Learner,
    aims: Sequence[LearningAim] | None = None,
) -> None:
    """Check an automation with these values; ``aims``, if None, are read from the database."""
    if definition.aims and aims is None:
        aims = await LearningAim.filter(learner_id=learner.id)
    may_begin = check_no_break_after_gateway(errors.at("learner_id"), definition, learner, aims or ())
    if may_begin and not meets_precondition(definition, learner):
        allowed = ", ".join(definition.precondition)
        message = f"The learner's programme status is {learner.programme_status}; this needs one of: {allowed}."
        errors.at("learner_id").add(ErrorCode.PRECONDITION_FAILED, message, allowed=allowed)
    target_aims = affected_aims(definition, aims or ())
    _check_end(errors, definition, values, target_aims)
    _check_return(errors, definition, values, target_aims)
    _check_achievement(errors, definition, values, target_aims)


def meets_precondition(definition: TypeDefinition, learner: Learner) -> bool:
    """Return whether the learner has a programme status that the automation requires, if it requires any."""
    return not definition.precondition or learner.programme_status in definition.precondition


def affected_aims(definition: TypeDefinition, aims: Sequence[LearningAim]) -> list[LearningAim]:
    """Return the aims that an automation changes: those in any of the groups named by its type's ``aims``.

    The groups are OPEN (continuing), LAST_BREAK (on the most recent break) and AWAITING_OUTCOME (completed, but the
    outcome is not yet known). An aim on a break that a later aim has restarted is never changed.
    """
    aims_on_break = [aim for aim in aims if aim.completion_status == BREAK and not _was_restarted(aim, aims)]
    newest_break = max((aim.actual_end_date for aim in aims_on_break if aim.actual_end_date), default=None)
    ids_by_group = {
        "OPEN": {aim.id for aim in aims if aim.completion_status == CONTINUING},
        "LAST_BREAK": {aim.id for aim in aims_on_break if aim.actual_end_date == newest_break},
        "AWAITING_OUTCOME": {
            aim.id for aim in aims if aim.completion_status == COMPLETED and aim.outcome == OUTCOME_NOT_KNOWN
        },
    }
    return [aim for aim in aims if any(aim.id in ids_by_group[name] for name in definition.aims)]


def _was_restarted(aim: LearningAim, aims: Sequence[LearningAim]) -> bool:
    """Return whether a later aim restarts this one: same reference, restart indicator, and original start date."""
    original_start = aim.original_start_date or aim.start_date
    return any(
        other.restart
        and other.reference == aim.reference
        and other.original_start_date == original_start
        and other.start_date > (aim.actual_end_date or aim.start_date)
        for other in aims
    )


def _entered_date(
    definition: TypeDefinition, values: Mapping[str, Any], key: object
) -> tuple[FieldDefinition, dt.date] | None:
    field = definition.field(key) if isinstance(key, str) else None
    if not isinstance(field, DateField) or field.key not in values:
        return None
    return field, dt.date.fromisoformat(values[field.key])


def _check_end(
    errors: ErrorCollector, definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> None:
    """Check that no learning aim ends before it started."""
    effect = definition.effects.get("aim.actualEndDate")
    if effect is None or (entry := _entered_date(definition, values, effect.get("field"))) is None:
        return
    field, end = entry
    keeps_end = effect.get("keep_if_set", False)
    starts = [aim.start_date for aim in aims if not (keeps_end and aim.actual_end_date)]
    if not starts or end >= (latest_start := max(starts)):
        return
    message = (
        f"{field.label} must be {format_date(latest_start)} or later: a learning aim that it ends started on that date."
    )
    _add_too_early(errors, field, message, latest_start, rule="LearnActEndDate_01")


def _check_return(
    errors: ErrorCollector, definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> None:
    """Check that the return from a break is after its beginning."""
    if (
        definition.restarts is None
        or (entry := _entered_date(definition, values, definition.restarts.get("start"))) is None
    ):
        return
    field, start = entry
    ends = [aim.actual_end_date for aim in aims if aim.actual_end_date]
    if not ends or start > max(ends):
        return
    earliest = max(ends) + dt.timedelta(days=1)
    message = f"{field.label} must be after the break began: {format_date(earliest)} or later."
    _add_too_early(errors, field, message, earliest)


def _check_achievement(
    errors: ErrorCollector, definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> None:
    """Check the achievement date against the end dates that aims keep; the form checks only an entered end date."""
    achievement_effect, end_effect = (
        definition.effects.get(f"aim.{name}", {}) for name in ("achievementDate", "actualEndDate")
    )
    if (
        not end_effect.get("keep_if_set")
        or (entry := _entered_date(definition, values, achievement_effect.get("field"))) is None
    ):
        return
    field, day = entry
    ends = [aim.actual_end_date for aim in aims if aim.aim_type == PROGRAMME_AIM and aim.actual_end_date]
    if not ends or day >= (earliest := max(ends) + _MIN_ASSESSMENT):
        return
    message = (
        f"{field.label} must be {format_date(earliest)} or later: the programme ended on {format_date(max(ends))}."
    )
    _add_too_early(errors, field, message, earliest, rule="AchDate_11")


def _add_too_early(
    errors: ErrorCollector, field: FieldDefinition, message: str, earliest: dt.date, *, rule: str | None = None
) -> None:
    errors.at("values", field.key).add(ErrorCode.TOO_EARLY, message, rule=rule, earliest=earliest.isoformat())
