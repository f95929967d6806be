"""The open sessions of a member: listing and ending them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import AuditKind, Member, Role, SignInMethod
from models.database import fetch, transaction
from services.accounts.sessions.devices import forget_devices
from services.accounts.sessions.ending import end_sessions
from services.audit import audit
from services.kernel.channels import SESSIONS, wake
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.viewer import Viewer

MAX_LISTED = 100
"""The number of sessions that are listed. There may be more: a program can sign in as often as it likes."""

_IS_OPEN = "ended_at IS NULL AND expires_at > now()"
_SELECT_OPEN = f"""
SELECT id, device_label AS device, network, method, second_factor, created_at AS signed_in_at,
    coalesce(last_used_at, created_at) AS last_used_at, expires_at, id = $2 AS is_current
FROM session WHERE member_id = $1 AND {_IS_OPEN}
ORDER BY is_current DESC, last_used_at DESC, id DESC LIMIT {MAX_LISTED}
"""
# The device of an ended session is forgotten with it, unless another session is open on it.
_END_ONE = f"""
WITH ended AS (
    UPDATE session SET ended_at = now() WHERE id = $1 AND member_id = $2 AND {_IS_OPEN} RETURNING id, device_id
), forgotten AS (
    DELETE FROM device USING ended WHERE device.id = ended.device_id AND device.member_id = $2 AND NOT EXISTS (
        SELECT FROM session other WHERE other.member_id = $2 AND other.id <> ended.id
            AND other.device_id = ended.device_id AND other.ended_at IS NULL AND other.expires_at > now()
    )
)
SELECT id FROM ended
"""
_END_OTHERS = f"UPDATE session SET ended_at = now() WHERE member_id = $1 AND id <> $2 AND {_IS_OPEN} RETURNING id"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session as its member sees it. ``network`` is the place of its last use."""

    id: UUID
    device: str
    network: str
    method: SignInMethod
    second_factor: bool
    signed_in_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool


async def open_sessions(viewer: Viewer) -> list[OpenSession]:
    """Return the viewer's open sessions, the current one first, then those used last; at most 100."""
    records = await fetch(_SELECT_OPEN, viewer.member_id, viewer.session_id)
    return [OpenSession(**record | {"method": SignInMethod(record["method"])}) for record in map(dict, records)]


async def end_session(viewer: Viewer, session_id: UUID) -> None:
    """End one of the viewer's sessions, with its connections, and forget its device.

    Raises ValidationFailed with NOT_FOUND at ``id`` unless it is open and theirs.
    """
    async with transaction():
        if not await fetch(_END_ONE, session_id, viewer.member_id):
            raise ValidationFailed([Problem(("id",), ErrorCode.NOT_FOUND, "You have no such open session.")])
        await audit(viewer, AuditKind.SESSIONS_ENDED, viewer.member_id, {"sessions": 1})
        wake(SESSIONS, viewer.member_id)


async def end_other_sessions(viewer: Viewer) -> None:
    """End all the viewer's sessions but this one, and forget their devices.

    Raises ValidationFailed with SIGN_IN_AGAIN.
    """
    viewer.require_recent_sign_in()
    async with transaction():
        ended = await fetch(_END_OTHERS, viewer.member_id, viewer.session_id)
        (current,) = await fetch("SELECT device_id FROM session WHERE id = $1", viewer.session_id)
        await forget_devices(viewer.member_id, except_for=current["device_id"])
        await audit(viewer, AuditKind.SESSIONS_ENDED, viewer.member_id, {"sessions": len(ended)})
        wake(SESSIONS, viewer.member_id)


async def end_member_sessions(viewer: Viewer, member_id: UUID) -> Member:
    """End every session of a member of the viewer's organisation, and forget their devices.

    Raises ForbiddenError without MANAGE_MEMBERS, and ValidationFailed with SIGN_IN_AGAIN or with NOT_FOUND at
    ``member_id``.
    """
    viewer.require_role(Role.MANAGE_MEMBERS)
    viewer.require_recent_sign_in()
    return await unit_of_work(lambda: _end_member_sessions(viewer, member_id))


async def _end_member_sessions(viewer: Viewer, member_id: UUID) -> Member:
    async with transaction():
        member = await Member.get_or_none(id=member_id, organisation_id=viewer.organisation_id)
        if member is None:
            raise ValidationFailed([Problem(("member_id",), ErrorCode.NOT_FOUND, "There is no such member.")])
        await end_sessions(member.id)
        await audit(viewer, AuditKind.SESSIONS_ENDED, member.id, {"sessions": "all"})
        return member
