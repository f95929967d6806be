"""What the learner's record asks of a process automation: its precondition and the ILR's cross-field rules.

Asked at creation, at approval and at application, because the record moves on in between.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from models import Learner, LearningAim
from services.forms.definitions import DateField, FieldDefinition, TypeDefinition
from services.kernel.dates import format_date
from services.kernel.errors import ErrorCode, Problem

CONTINUING, COMPLETED, BREAK = 1, 2, 6
OUTCOME_NOT_KNOWN = 8
PROGRAMME_AIM = 1
_ASSESSMENT = dt.timedelta(days=7)  # at least, from a programme's end to its achievement


async def automation_problems(
    definition: TypeDefinition,
    values: Mapping[str, Any],
    learner: Learner,
    aims: Sequence[LearningAim] | None = None,
) -> list[Problem]:
    """All that the record has against an automation with these values; reads the learner's ``aims`` if not given."""
    problems = []
    if definition.precondition and learner.programme_status not in definition.precondition:
        allowed = ", ".join(definition.precondition)
        message = f"The learner's programme status is {learner.programme_status}; this needs one of: {allowed}."
        problems.append(Problem(("learnerId",), ErrorCode.PRECONDITION_FAILED, message, (("allowed", allowed),)))
    if not definition.aims:
        return problems
    if aims is None:
        aims = await LearningAim.filter(learner_id=learner.id)
    touched = touched_aims(definition, aims)
    return [
        *problems,
        *_end_before_start(definition, values, touched),
        *_return_before_break(definition, values, touched),
        *_achieved_too_early(definition, values, touched),
    ]


def touched_aims(definition: TypeDefinition, aims: Sequence[LearningAim]) -> list[LearningAim]:
    """The aims that an automation touches: OPEN, those of the newest BREAK, those AWAITING_OUTCOME.

    A break from which the learner has returned is over: its aims are left for ever, other ones followed them.
    """
    on_break = [aim for aim in aims if aim.completion_status == BREAK and not _was_followed(aim, aims)]
    newest_break = max((aim.actual_end_date for aim in on_break if aim.actual_end_date), default=None)
    chosen = {
        "OPEN": {aim.id for aim in aims if aim.completion_status == CONTINUING},
        "LAST_BREAK": {aim.id for aim in on_break if aim.actual_end_date == newest_break},
        "AWAITING_OUTCOME": {
            aim.id for aim in aims if aim.completion_status == COMPLETED and aim.outcome == OUTCOME_NOT_KNOWN
        },
    }
    return [aim for aim in aims if any(aim.id in chosen[name] for name in definition.aims)]


def _was_followed(aim: LearningAim, aims: Sequence[LearningAim]) -> bool:
    """Whether a later aim restarts this one: the same study, with the restart indicator and its first start."""
    first_start = aim.original_start_date or aim.start_date
    return any(
        other.restart
        and other.reference == aim.reference
        and other.original_start_date == first_start
        and other.start_date > (aim.actual_end_date or aim.start_date)
        for other in aims
    )


def _day(definition: TypeDefinition, values: Mapping[str, Any], key: object) -> tuple[FieldDefinition, dt.date] | None:
    field = definition.field(key) if isinstance(key, str) else None
    if not isinstance(field, DateField) or field.key not in values:
        return None
    return field, dt.date.fromisoformat(values[field.key])


def _end_before_start(
    definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> list[Problem]:
    effect = definition.effects.get("aim.actualEndDate")
    if effect is None or (found := _day(definition, values, effect.get("field"))) is None:
        return []
    field, end = found
    kept = effect.get("keep_if_set", False)
    starts = [aim.start_date for aim in aims if not (kept and aim.actual_end_date)]
    if not starts or end >= (latest_start := max(starts)):
        return []
    message = f"{field.label} must be {format_date(latest_start)} or later, when a learning aim that it ends started."
    return [_too_early(field, message, latest_start, rule="LearnActEndDate_01")]


def _return_before_break(
    definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> list[Problem]:
    if definition.restarts is None or (found := _day(definition, values, definition.restarts.get("start"))) is None:
        return []
    field, start = found
    ends = [aim.actual_end_date for aim in aims if aim.actual_end_date]
    if not ends or start > max(ends):
        return []
    earliest = max(ends) + dt.timedelta(days=1)
    return [
        _too_early(field, f"{field.label} must be after the break began: {format_date(earliest)} or later.", earliest)
    ]


def _achieved_too_early(
    definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> list[Problem]:
    """An aim that has its end keeps it, whatever end was entered: the form bounds the achievement by that one alone."""
    achieved, ended = (definition.effects.get(f"aim.{name}", {}) for name in ("achievementDate", "actualEndDate"))
    if not ended.get("keep_if_set") or (found := _day(definition, values, achieved.get("field"))) is None:
        return []
    field, day = found
    ends = [aim.actual_end_date for aim in aims if aim.aim_type == PROGRAMME_AIM and aim.actual_end_date]
    if not ends or day >= (earliest := max(ends) + _ASSESSMENT):
        return []
    message = (
        f"{field.label} must be {format_date(earliest)} or later: the programme ended on {format_date(max(ends))}."
    )
    return [_too_early(field, message, earliest, rule="AchDate_11")]


def _too_early(field: FieldDefinition, message: str, earliest: dt.date, *, rule: str | None = None) -> Problem:
    figures = (("earliest", earliest.isoformat()),)
    return Problem(("values", field.key), ErrorCode.TOO_EARLY, message, figures, rule)
