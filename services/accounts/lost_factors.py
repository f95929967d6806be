"""Removing the second factors of a member who has lost them, by a manager of the organisation.

Afterwards the password alone signs in, so the rule is that of granting: nobody opens an account that can do more than their
own. The operator's way is ``operator_changes.remove_factors``.
"""

from uuid import UUID

from models import AuditKind, MailKind, Member, MemberKind, Role
from models.database import transaction
from services.accounts.factors.attempts import clear_attempts
from services.accounts.factors.stored import delete_factors
from services.accounts.member_changes import lock_member, lock_members
from services.accounts.sessions.ending import end_sessions
from services.audit import audit
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.kernel.words import quote_enum
from services.mail_queue import enqueue_notice
from services.viewer import Viewer


async def remove_member_factors(viewer: Viewer, member_id: UUID) -> Member:
    """Remove all second factors and recovery codes of another member, and end their sessions; return the member.

    Raises ForbiddenError without MANAGE_MEMBERS, and ValidationFailed with SIGN_IN_AGAIN or, at ``member_id``, with
    NOT_FOUND for a member who is not of the organisation, or FORBIDDEN for oneself and for one who has what the viewer
    lacks.
    """
    viewer.require_role(Role.MANAGE_MEMBERS)
    viewer.require_recent_sign_in()
    return await unit_of_work(lambda: _remove(viewer, member_id))


async def _remove(viewer: Viewer, member_id: UUID) -> Member:
    async with transaction():
        manager = await lock_members(viewer)
        member = await lock_member(viewer, member_id)
        _check(manager, member)
        assert member is not None
        if await clear_factors(member.id):
            await audit(viewer, AuditKind.FACTOR_REMOVED, member.id, {"all": True})
        return member


async def clear_factors(member_id: UUID) -> bool:
    """Remove a member's factors in the caller's transaction, end their sessions, and tell them by email.

    Return False, and do nothing, if there is no factor.
    """
    await clear_attempts(member_id)
    if not await delete_factors(member_id):
        return False
    await end_sessions(member_id)
    await enqueue_notice(member_id, MailKind.FACTOR_REMOVED)
    return True


def _check(manager: Member, member: Member | None) -> None:
    code, message = ErrorCode.FORBIDDEN, ""
    if member is None:
        code, message = ErrorCode.NOT_FOUND, "There is no such member."
    elif member.id == manager.id:
        message = "Remove your own second factors one by one."
    elif missing := [role for role in Role if role in member.roles and role not in manager.roles]:
        message = f"{member.name} has the role {quote_enum(missing[0])}, which you do not have yourself."
    elif member.kind == MemberKind.ADMINISTRATOR and manager.kind != MemberKind.ADMINISTRATOR:
        message = "Only an administrator can remove the second factors of an administrator."
    if message:
        raise ValidationFailed([Problem(("member_id",), code, message)])
