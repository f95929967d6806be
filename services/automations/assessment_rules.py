"""The rules of completing a programme: what it has an assessment for, and what is known when the assessment is over.

Sources: the fields AchDate, CompStatus and Outcome of the ILR specification, and its provider support manual.
"""

from collections.abc import Sequence

from models import LearningAim
from services.automations.aims import (
    APPRENTICESHIP_FUNDING,
    BOOTCAMP,
    BOOTCAMP_FUNDING,
    OTHER_ADULT_FUNDING,
    ProgrammeKind,
    is_standard_programme_aim,
)
from services.automations.record_check import RecordCheck
from services.ilr.aims import PROGRAMME_AIM, STANDARD
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

SCOPE, OUTCOME, ACHIEVEMENT_DATE = "scope", "outcome", "achievementDate"
PRACTICAL_PERIOD, WHOLE_PROGRAMME = "PRACTICAL_PERIOD", "WHOLE_PROGRAMME"
_ACHIEVED, _NOT_KNOWN = "1", "8"
# FundModel and ProgType of the programme aims that are returned with an achievement date if they are achieved.
_DATED_ACHIEVEMENTS = {
    (APPRENTICESHIP_FUNDING, STANDARD),
    (OTHER_ADULT_FUNDING, STANDARD),
    (BOOTCAMP_FUNDING, BOOTCAMP),
}


def check_assessment(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check that the completion fits the programme: only standards have an assessment after the training."""
    values = errors.at("values")
    scope, outcome = check.choice(SCOPE), check.choice(OUTCOME)
    if scope == PRACTICAL_PERIOD and check.programme_kind not in (ProgrammeKind.STANDARD, ProgrammeKind.UNKNOWN):
        message = (
            f"{check.label(SCOPE)} must be the whole programme: "
            "only an apprenticeship standard has an assessment after its training."
        )
        values.at(SCOPE).add(ErrorCode.NOT_A_CHOICE, message, allowed=WHOLE_PROGRAMME)
    if scope == WHOLE_PROGRAMME and outcome == _NOT_KNOWN and _has_standard(check.affected_aims):
        message = (
            "The outcome of an apprenticeship standard is known when its assessment is over. "
            "Until then, record that the practical period is complete."
        )
        values.at(OUTCOME).add(ErrorCode.NOT_A_CHOICE, message, allowed="1, 3")
    if outcome == _ACHIEVED and check.date(ACHIEVEMENT_DATE) is None and _needs_date(check.affected_aims):
        message = (
            f"{check.label(ACHIEVEMENT_DATE)} is required, because this programme is returned with it once achieved."
        )
        values.at(ACHIEVEMENT_DATE).add(ErrorCode.REQUIRED, message)


def _has_standard(aims: Sequence[LearningAim]) -> bool:
    return any(is_standard_programme_aim(aim) for aim in aims)


def _needs_date(aims: Sequence[LearningAim]) -> bool:
    return any(
        aim.aim_type == PROGRAMME_AIM and (aim.fund_model, aim.programme_type) in _DATED_ACHIEVEMENTS for aim in aims
    )
