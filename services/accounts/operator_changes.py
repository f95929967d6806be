"""Changes to members by the operator, who is not signed in: what an organisation cannot do for itself any more.

The operator may grant any role. As in the API, each organisation keeps an active administrator and active members with
MANAGE_MEMBERS and MANAGE_SETTINGS, and every change is audited, without an actor.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from models import AuditKind, MailKind, Member, Organisation, Role
from models.database import fetch, transaction
from models.rows import columns, rows
from services.accounts.lost_factors import clear_factors
from services.accounts.member_changes import (
    lock_organisation,
    save_member,
)
from services.accounts.members import audit_details
from services.accounts.password_tokens import make_token, revoke_tokens
from services.accounts.posts import held_by_nobody_else, last_holder_message, posts_of_member
from services.accounts.sessions.ending import end_sessions
from services.audit import audit_for
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email
from services.kernel.unit_of_work import unit_of_work

T = TypeVar("T")


async def list_members(organisation: Organisation) -> list[Member]:
    """Return every member of an organisation, inactive ones too, ordered by name."""
    statement = f"SELECT {columns(Member, 'm')} FROM member m WHERE organisation_id = $1 ORDER BY fold(m.name), m.id"
    return rows(Member, "m", await fetch(statement, organisation.id))


async def set_roles(organisation: Organisation, *, email: str, roles: Collection[Role]) -> Member:
    """Give a member these roles and no others. Raises ValidationFailed."""

    async def change(member: Member) -> Member:
        member.roles = [role.value for role in Role if role in roles]
        return member

    return await _change(organisation, email, change)


async def deactivate_member(organisation: Organisation, *, email: str) -> Member:
    """Deactivate a member, which ends their sessions and revokes their links. Raises ValidationFailed."""

    async def change(member: Member) -> Member:
        member.active = False
        return member

    return await _change(organisation, email, change)


async def reset_password(organisation: Organisation, *, email: str) -> str:
    """Remove a member's password, end their sessions, and return the token with which they can choose a new one.

    It is valid for an hour, and their earlier ones no longer are. Raises ValidationFailed.
    """

    async def change(member: Member) -> str:
        await revoke_tokens(member.id)
        token = await make_token(member.id, MailKind.PASSWORD_RESET, by_operator=True)
        if token is None:
            raise _error(ErrorCode.FORBIDDEN, f"{member.name} is not active, and cannot sign in.")
        await fetch("UPDATE member SET password_hash = NULL WHERE id = $1", member.id)
        await end_sessions(member.id)
        await audit_for(organisation.id, None, AuditKind.PASSWORD_SET, member.id, {"reset": True})
        return token

    return await _change(organisation, email, change)


async def remove_factors(organisation: Organisation, *, email: str) -> Member:
    """Remove all second factors of a member, which ends their sessions. Raises ValidationFailed."""

    async def change(member: Member) -> Member:
        if await clear_factors(member.id):
            await audit_for(organisation.id, None, AuditKind.FACTOR_REMOVED, member.id, {"all": True})
        return member

    return await _change(organisation, email, change)


async def _change(organisation: Organisation, email: str, change: Callable[[Member], Awaitable[T]]) -> T:
    """Apply ``change`` to a member in one transaction, then check, save and audit what it has assigned."""

    async def work() -> T:
        async with transaction():
            await lock_organisation(organisation.id)
            member = await _find(organisation, email)
            before, held = audit_details(member), posts_of_member(member)
            result = await change(member)
            lost = [post for post in held if post not in posts_of_member(member)]
            if kept := await held_by_nobody_else(member, lost):
                message = last_holder_message(member.name, kept)
                raise _error(ErrorCode.FORBIDDEN, f"{message} See to another one first.")
            if audit_details(member) != before:
                await save_member(member)
                details = {"before": before, "after": audit_details(member)}
                await audit_for(organisation.id, None, AuditKind.MEMBER_UPDATED, member.id, details)
            return result

    return await unit_of_work(work)


async def _find(organisation: Organisation, email: str) -> Member:
    email = normalise_email(email)
    member = None
    if clean_text(email) is not None:
        member = await Member.get_or_none(organisation_id=organisation.id, email=email)
    if member is None:
        message = f"{organisation.name} has no member with this e-mail address: `trackers list-members` lists them."
        raise _error(ErrorCode.NOT_FOUND, message)
    return member


def _error(code: ErrorCode, message: str) -> ValidationFailed:
    return ValidationFailed([Problem(("email",), code, message)])
