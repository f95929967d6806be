"""Who may be assigned a tracker: an active administrator of the organisation, or the viewer."""

from uuid import UUID

from models import Member
from models.database import fetch
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.viewer import Viewer


def assignable(alias: str, viewer_id: str) -> str:
    """Return the SQL condition under which the viewer may assign trackers to the member that ``alias`` stands for.

    ``viewer_id`` is SQL too: a placeholder for the viewer's member id.
    """
    return f"{alias}.active AND ({alias}.kind = 'ADMINISTRATOR' OR {alias}.id = {viewer_id})"


def unassignable_error(name: str) -> Problem:
    """Return the error about a member who may not be assignee."""
    message = f"{name} cannot be given trackers: only active administrators can, and oneself."
    return Problem(("assignee_id",), ErrorCode.NOT_ASSIGNABLE, message)


async def lock_assignee(viewer: Viewer, member_id: UUID) -> None:
    """Lock a member, so that they stay assignable until the caller's transaction ends.

    Raises ValidationFailed with NOT_ASSIGNABLE.
    """
    statement = f"SELECT m.id FROM member m WHERE m.id = $1 AND {assignable('m', '$2')} FOR SHARE"
    if not await fetch(statement, member_id, viewer.member_id):
        raise ValidationFailed([unassignable_error((await Member.get(id=member_id)).name)])
