"""The learning aims that an automation changes, and what they say about the learner's programme.

Codes are those of the ILR's fields AimType, CompStatus, FundModel, Outcome and ProgType.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from models import LearningAim
from services.forms.definitions import TypeDefinition
from services.ilr.aims import CONTINUING, OUTCOME_NOT_KNOWN, PROGRAMME_AIM, STANDARD
from services.ilr.units import is_unit_aim

COMPLETED, BREAK = 2, 6
APPRENTICESHIP_FUNDING, BOOTCAMP_FUNDING, OTHER_ADULT_FUNDING = 36, 37, 81
BOOTCAMP = 32
_FRAMEWORKS = frozenset({2, 3, 20, 21, 22, 23})
_UNFINISHED = (CONTINUING, BREAK)

ONE_AIM_RULE = "ONE_AIM"
"""The rule of automations whose form can limit them to one learning aim, by the fields below."""
ONE_AIM_FIELD, AIM_REFERENCE_FIELD, AIM_START_FIELD = "oneAimOnly", "aimReference", "aimStartDate"


class ProgrammeKind(StrEnum):
    """What a learner's programme is, as far as funding rules tell programmes apart."""

    STANDARD = "STANDARD"
    FRAMEWORK = "FRAMEWORK"
    UNIT = "UNIT"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"

    @property
    def is_apprenticeship(self) -> bool:
        """Whether it is an apprenticeship, which apprenticeship units are not."""
        return self in (ProgrammeKind.STANDARD, ProgrammeKind.FRAMEWORK)

    @property
    def may_be_apprenticeship(self) -> bool:
        """Whether it is an apprenticeship, or nothing is known of it."""
        return self.is_apprenticeship or self is ProgrammeKind.UNKNOWN


def programme_kind(aims: Sequence[LearningAim]) -> ProgrammeKind:
    """Return the kind of the programme that the learner is on: that of the newest unfinished aim with a ProgType.

    Programme aims take precedence over others. Without unfinished aims, ended ones say it. The kind is UNKNOWN without
    aims, and if none has a programme type or a funding model.
    """
    unfinished = [aim for aim in aims if aim.completion_status in _UNFINISHED or aim.outcome == OUTCOME_NOT_KNOWN]
    candidates = unfinished or list(aims)
    typed = [aim for aim in candidates if aim.programme_type is not None or is_unit_aim(aim)]
    if not typed:
        has_other_funding = any(aim.fund_model not in (None, APPRENTICESHIP_FUNDING) for aim in candidates)
        return ProgrammeKind.OTHER if has_other_funding else ProgrammeKind.UNKNOWN
    newest = max(typed, key=lambda aim: (aim.aim_type == PROGRAMME_AIM, aim.start_date))
    if newest.programme_type == STANDARD:
        return ProgrammeKind.STANDARD
    if newest.programme_type in _FRAMEWORKS:
        return ProgrammeKind.FRAMEWORK
    return ProgrammeKind.UNIT if is_unit_aim(newest) else ProgrammeKind.OTHER


def is_standard_programme_aim(aim: LearningAim) -> bool:
    """Return whether this is the programme aim of an apprenticeship standard with apprenticeship funding.

    Only such an aim may have an end date and Outcome 8 while CompStatus is still 1: its training is over, and its
    assessment is to come (CompStatus_02, CompStatus_05).
    """
    is_standard = aim.fund_model == APPRENTICESHIP_FUNDING and aim.programme_type == STANDARD
    return aim.aim_type == PROGRAMME_AIM and is_standard


def pauses_learning(definition: TypeDefinition) -> bool:
    """Return whether an automation puts learning aims on a break."""
    return bool(definition.effects.get("aim.completionStatus", {}).get("value") == BREAK)


def affected_aims(
    definition: TypeDefinition, values: Mapping[str, Any], aims: Sequence[LearningAim]
) -> list[LearningAim]:
    """Return the aims that an automation with these values changes.

    They are the candidates (``candidate_aims``), or the one among them that the form names.
    """
    candidates = candidate_aims(definition, aims)
    if not concerns_one_aim(definition, values):
        return candidates
    named = named_aims(values, candidates)
    return named if len(named) == 1 else []


def concerns_one_aim(definition: TypeDefinition, values: Mapping[str, Any]) -> bool:
    """Return whether an automation with these values is limited to one learning aim."""
    return ONE_AIM_RULE in definition.rules and values.get(ONE_AIM_FIELD) is True


def named_aims(values: Mapping[str, Any], aims: Sequence[LearningAim]) -> list[LearningAim]:
    """Return the aims with the reference in a form, and with the start date in it if it has one."""
    start = values.get(AIM_START_FIELD)
    return [
        aim
        for aim in aims
        if aim.reference.casefold() == str(values.get(AIM_REFERENCE_FIELD)).casefold()
        and start in (None, aim.start_date.isoformat())
    ]


def candidate_aims(definition: TypeDefinition, aims: Sequence[LearningAim]) -> list[LearningAim]:
    """Return the aims in any of the groups named by a type's ``aims``.

    The groups are OPEN (continuing), LAST_BREAK (on the most recent break) and AWAITING_OUTCOME (completed, but the
    outcome is not yet known). An aim on a break that a later aim has restarted is never changed, and no aim is put on a
    break after it has ended.
    """
    aims_on_break = [aim for aim in aims if aim.completion_status == BREAK and not _was_restarted(aim, aims)]
    newest_break = max((aim.actual_end_date for aim in aims_on_break if aim.actual_end_date), default=None)
    keeps_ended = not pauses_learning(definition)
    ids_by_group = {
        "OPEN": {
            aim.id
            for aim in aims
            if aim.completion_status == CONTINUING and (keeps_ended or aim.actual_end_date is None)
        },
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
