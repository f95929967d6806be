"""The rules of automations that are limited to one learning aim: it must be an open one beside which others go on."""

from services.automations.aims import (
    AIM_REFERENCE_FIELD,
    AIM_START_FIELD,
    ONE_AIM_FIELD,
    candidate_aims,
    concerns_one_aim,
    named_aims,
)
from services.automations.record_check import RecordCheck
from services.ilr.aims import PROGRAMME_AIM
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode


def check_one_aim(errors: ErrorCollector, check: RecordCheck) -> None:
    """Check that the form names exactly one of the learner's open aims, and that the programme goes on without it."""
    if not concerns_one_aim(check.definition, check.values) or AIM_REFERENCE_FIELD not in check.values:
        return  # a reference that is missing or wrong is a problem of the form
    values, label = errors.at("values"), check.label(AIM_REFERENCE_FIELD)
    candidates = candidate_aims(check.definition, check.aims)
    named = named_aims(check.values, candidates)
    if not named:
        allowed = ", ".join(sorted({aim.reference for aim in candidates if aim.aim_type != PROGRAMME_AIM}))
        message = f"{label} must be one of the learner's open learning aims."
        if check.date(AIM_START_FIELD):
            message = f"{label} must be one of the learner's open learning aims, with its own start date."
        values.at(AIM_REFERENCE_FIELD).add(ErrorCode.NOT_FOUND, message, allowed=allowed)
    elif any(aim.aim_type == PROGRAMME_AIM for aim in named):
        message = (
            f"{label} is the programme aim: without it the programme ends. "
            f"Answer {check.label(ONE_AIM_FIELD)} with no to withdraw the learner from the whole programme."
        )
        values.at(AIM_REFERENCE_FIELD).add(ErrorCode.PRECONDITION_FAILED, message)
    elif len(named) > 1:
        starts = ", ".join(sorted(aim.start_date.isoformat() for aim in named))
        message = f"{check.label(AIM_START_FIELD)} is required: the learner has several open aims with this reference."
        values.at(AIM_START_FIELD).add(ErrorCode.REQUIRED, message, allowed=starts)
    elif len(named) == len(candidates):
        message = (
            f"{label} is all that the learner has open: without it nothing goes on. "
            f"Answer {check.label(ONE_AIM_FIELD)} with no to withdraw the learner from the whole programme."
        )
        values.at(AIM_REFERENCE_FIELD).add(ErrorCode.PRECONDITION_FAILED, message)
