"""The rule that no break in learning begins after the gateway."""

from collections.abc import Sequence

from models import Learner, LearningAim, ProgrammeStatus
from services.automations.aims import pauses_learning
from services.forms.definitions import TypeDefinition
from services.ilr.aims import CONTINUING, PROGRAMME_AIM, is_through_gateway
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode


def check_no_break_after_gateway(
    errors: ErrorCollector, definition: TypeDefinition, learner: Learner, aims: Sequence[LearningAim]
) -> bool:
    """Return whether an automation is not a break for a learner through the gateway, adding the problem if it is one.

    The status of a learner who was imported by an earlier version may still be ACTIVE, so the aims are asked too. A
    break would replace the end of their training, and an aim of CompStatus 6 cannot have Outcome 8 (CompStatus_06).
    """
    if not pauses_learning(definition):
        return True
    entered = learner.programme_status == ProgrammeStatus.ENTERED_EPA
    through_gateway = any(is_through_gateway(aim) for aim in aims) and not _is_programme_in_learning(aims)
    if not entered and not through_gateway:
        return True
    message = (
        "The learner is through the gateway, in assessment (EPA): a break in learning can only begin before that. "
        "If the learner has left, raise a withdrawal."
    )
    errors.add(ErrorCode.PRECONDITION_FAILED, message, rule="CompStatus_06", allowed=", ".join(definition.precondition))
    return False


def _is_programme_in_learning(aims: Sequence[LearningAim]) -> bool:
    """Return whether a programme aim goes on, as that of the next standard may while the first is assessed."""
    return any(
        aim.aim_type == PROGRAMME_AIM and aim.completion_status == CONTINUING and aim.actual_end_date is None
        for aim in aims
    )
