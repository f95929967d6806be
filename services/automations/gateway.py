"""What the gateway means for automations: the learner's status, and the rule that no break in learning begins after it."""

from collections.abc import Sequence

from models import Learner, LearningAim, ProgrammeStatus
from services.automations.aims import pauses_learning
from services.automations.record_fields import STATUS_NAMES
from services.forms.definitions import TypeDefinition
from services.ilr.aims import CONTINUING, PROGRAMME_AIM, is_through_gateway
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.words import quote


def effective_status(learner: Learner, aims: Sequence[LearningAim]) -> ProgrammeStatus:
    """Return the learner's programme status, or ENTERED_EPA if it says ACTIVE and the aims are through the gateway.

    An earlier version imported learners who are through the gateway as ACTIVE. While the aim of a standard is assessed,
    that of the next one may be in learning: then ACTIVE is right.
    """
    in_learning = any(
        aim.aim_type == PROGRAMME_AIM and aim.completion_status == CONTINUING and aim.actual_end_date is None
        for aim in aims
    )
    is_active = learner.programme_status == ProgrammeStatus.ACTIVE
    if is_active and not in_learning and any(is_through_gateway(aim) for aim in aims):
        return ProgrammeStatus.ENTERED_EPA
    return learner.programme_status


def check_programme_status(errors: ErrorCollector, definition: TypeDefinition, status: ProgrammeStatus) -> None:
    """Check that a learner's ``effective_status`` is one that the automation requires, if it requires any.

    A break after the gateway is refused with its rule: it would replace the end of training, and an aim of CompStatus 6
    cannot have Outcome 8 (CompStatus_06).
    """
    allowed = ", ".join(definition.precondition)
    if pauses_learning(definition) and status == ProgrammeStatus.ENTERED_EPA:
        message = (
            "The learner is through the gateway, in assessment (EPA): a break in learning can only begin before that. "
            "If the learner has left, raise a withdrawal."
        )
        errors.add(ErrorCode.PRECONDITION_FAILED, message, rule="CompStatus_06", allowed=allowed)
    elif definition.precondition and status not in definition.precondition:
        message = precondition_message(status, definition.precondition)
        errors.add(ErrorCode.PRECONDITION_FAILED, message, allowed=allowed)


def precondition_message(status: ProgrammeStatus, precondition: Sequence[ProgrammeStatus]) -> str:
    """Return the message that a learner's programme status is not one that an automation requires."""
    required = [quote(STATUS_NAMES[allowed]) for allowed in precondition]
    phrase = f"one of {', '.join(required)}" if len(required) > 1 else required[0]
    return f"The learner's programme status is {quote(STATUS_NAMES[status])}. It must be {phrase}."
