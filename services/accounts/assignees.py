"""The members to whom trackers may be assigned: active administrators of the organisation, and the viewer."""

from uuid import UUID

from models import Member
from models.database import fetch
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.viewer import Viewer


def assignable_condition(alias: str, viewer_id: str) -> str:
    """Return an SQL condition that is true if the viewer may assign trackers to a member.

    ``alias`` is the SQL alias of the member's row, ``viewer_id`` a placeholder for the viewer's member id.
    """
    return f"{alias}.active AND ({alias}.kind = 'ADMINISTRATOR' OR {alias}.id = {viewer_id})"


def unassignable_error(name: str) -> Problem:
    """Return the error for a member to whom the viewer may not assign trackers."""
    message = f"{name} cannot be assigned trackers: choose an active administrator or yourself."
    return Problem(("assignee_id",), ErrorCode.NOT_ASSIGNABLE, message)


async def lock_assignee(viewer: Viewer, member_id: UUID) -> None:
    """Lock a member's row, so that they remain assignable until the caller's transaction ends.

    Raises ValidationFailed with NOT_ASSIGNABLE if the viewer may not assign trackers to them.
    """
    statement = f"SELECT m.id FROM member m WHERE m.id = $1 AND {assignable_condition('m', '$2')} FOR SHARE"
    if not await fetch(statement, member_id, viewer.member_id):
        raise ValidationFailed([unassignable_error((await Member.get(id=member_id)).name)])
