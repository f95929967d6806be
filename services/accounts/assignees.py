"""Who may be assignee: an active administrator of the organisation, or oneself."""

from uuid import UUID

from models import Member
from models.database import fetch
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.viewer import Viewer


def assignable(alias: str, me: str) -> str:
    """The SQL condition under which ``me`` may give trackers to a member of the organisation known as ``alias``."""
    return f"{alias}.active AND ({alias}.kind = 'ADMINISTRATOR' OR {alias}.id = {me})"


def unassignable_error(name: str) -> Problem:
    """What is said of a member who may not be assignee."""
    message = f"{name} cannot be given trackers: only active administrators can, and oneself."
    return Problem(("assigneeId",), ErrorCode.NOT_ASSIGNABLE, message)


async def hold_assignee(viewer: Viewer, member_id: UUID) -> None:
    """See to it that a member stays assignable until the caller's transaction ends.

    A change to the member waits for the caller, or the caller for it. Raises ValidationFailed with NOT_ASSIGNABLE.
    """
    statement = f"SELECT m.id FROM member m WHERE m.id = $1 AND {assignable('m', '$2')} FOR SHARE"
    if not await fetch(statement, member_id, viewer.member_id):
        raise ValidationFailed([unassignable_error((await Member.get(id=member_id)).name)])
