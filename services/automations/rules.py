"""Checking a process automation against the learner's record: its precondition and the rules of the ILR and of funding.

The checks run at creation, at approval and on application, because the record may change in between, and when the values
change, without the precondition.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from models import Learner, LearningAim
from services.automations.aims import ONE_AIM_RULE, ProgrammeKind, programme_kind
from services.automations.assessment_rules import check_assessment
from services.automations.date_rules import check_achievement, check_end, check_return
from services.automations.employment_rules import check_employer_account, check_employer_gap
from services.automations.gateway import check_programme_status, effective_status
from services.automations.one_aim_rules import check_one_aim
from services.automations.record_check import RecordCheck
from services.forms.definitions import TypeDefinition
from services.ilr.aims import read_aims
from services.ilr.units import is_on_unit
from services.kernel.error_collector import ErrorCollector

Rule: TypeAlias = Callable[[ErrorCollector, RecordCheck], None]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "ASSESSMENT": check_assessment,
        "EMPLOYER_ACCOUNT": check_employer_account,
        "EMPLOYER_GAP": check_employer_gap,
        ONE_AIM_RULE: check_one_aim,
    }
)
"""The rules that a version of a type can name. Trackers of an earlier version without a name are not held to its rule."""


async def check_automation(
    errors: ErrorCollector,
    definition: TypeDefinition,
    values: Mapping[str, Any],
    learner: Learner,
    aims: Sequence[LearningAim] | None = None,
) -> None:
    """Check the precondition of an automation, and its values; ``aims``, if None, are read from the database."""
    if aims is None:
        aims = await _read_aims(definition, learner)
    check_programme_status(errors.at("learner_id"), definition, effective_status(learner, aims))
    await check_values(errors, definition, values, learner, aims)


async def check_values(
    errors: ErrorCollector,
    definition: TypeDefinition,
    values: Mapping[str, Any],
    learner: Learner,
    aims: Sequence[LearningAim] | None = None,
) -> None:
    """Check an automation's values against the record; ``aims``, if None, are read from the database."""
    if aims is None:
        aims = await _read_aims(definition, learner)
    kind = await _programme_kind(definition, learner, aims)
    check = RecordCheck(definition=definition, values=values, aims=aims, programme_kind=kind)
    if definition.aims:
        check_end(errors, check)
        check_return(errors, check)
        check_achievement(errors, check)
    for name in definition.rules:
        RULES[name](errors, check)


def meets_precondition(definition: TypeDefinition, learner: Learner) -> bool:
    """Return whether the learner has a programme status that the automation requires, if it requires any."""
    return not definition.precondition or learner.programme_status in definition.precondition


async def _read_aims(definition: TypeDefinition, learner: Learner) -> Sequence[LearningAim]:
    return await read_aims(learner.id) if definition.reads_aims else []


async def _programme_kind(definition: TypeDefinition, learner: Learner, aims: Sequence[LearningAim]) -> ProgrammeKind:
    """Return the kind of the learner's programme, which its name may tell if there are no aims."""
    kind = programme_kind(aims)
    if (
        definition.rules
        and kind is ProgrammeKind.UNKNOWN
        and await is_on_unit(learner, aims if definition.reads_aims else None)
    ):
        return ProgrammeKind.UNIT
    return kind
