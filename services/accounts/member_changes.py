"""Members: adding and changing them, as a colleague who manages members does.

Changes to one organisation's members run one after the other, and each asks anew who asks for it: of two who strip
each other at the same moment, one does.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from models import AuditKind, Member, MemberKind, Role
from models.database import fetch, transaction
from models.rows import columns, row
from services.accounts.members import NewMember, check_name, email_problems, facts_of, make_member
from services.accounts.password_tokens import withdraw_tokens
from services.accounts.sessions import end_sessions
from services.audit import audit
from services.kernel.absent import ABSENT, Absent
from services.kernel.errors import ErrorCode, ForbiddenError, Problem, UnauthenticatedError, ValidationFailed
from services.kernel.text import normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_invitation
from services.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """What somebody enters to add a member."""

    name: str
    email: str
    kind: MemberKind
    roles: Collection[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUpdate:
    """What somebody enters to change a member. What is absent stays; null is refused."""

    member_id: UUID
    name: str | Absent | None = ABSENT
    kind: MemberKind | Absent | None = ABSENT
    roles: Collection[Role] | Absent | None = ABSENT
    active: bool | Absent | None = ABSENT


async def create_member(viewer: Viewer, entry: MemberEntry) -> Member:
    """Add a member to the viewer's organisation, and owe them the mail by which they choose a password.

    Nobody grants a role that they lack; only an administrator makes another. Raises ForbiddenError without MANAGE_MEMBERS,
    Rejected with all problems.
    """
    viewer.require_role(Role.MANAGE_MEMBERS)
    return await unit_of_work(lambda: _create(viewer, entry))


async def update_member(viewer: Viewer, update: MemberUpdate) -> Member:
    """Change a member of the viewer's organisation; one who is switched off loses everything at once.

    Nobody changes their own kind or roles, grants one that they lack, or switches off the last active member with
    MANAGE_MEMBERS; only an administrator makes another. Raises ForbiddenError without MANAGE_MEMBERS, Rejected with all
    problems.
    """
    viewer.require_role(Role.MANAGE_MEMBERS)
    return await unit_of_work(lambda: _update(viewer, update))


async def _create(viewer: Viewer, entry: MemberEntry) -> Member:
    async with transaction():
        manager = await _manager(viewer)
        email = normalise_email(entry.email)
        name, of_name = check_name(entry.name)
        problems = [*of_name, *await email_problems(email)]
        problems += _kind_problems(manager, entry.kind) + _granting_problems(manager, entry.roles)
        if problems:
            raise ValidationFailed(problems)
        new = NewMember(email=email, name=name, kind=entry.kind, roles=entry.roles, password_hash=None)
        made = await make_member(viewer.organisation, new)
        await enqueue_invitation(made.id)
        await audit(viewer, AuditKind.MEMBER_CREATED, made.id, facts_of(made) | {"email": email})
        return made


async def _update(viewer: Viewer, update: MemberUpdate) -> Member:
    async with transaction():
        manager = await _manager(viewer)
        member = await _locked(viewer, update.member_id)
        before = None if member is None else facts_of(member)
        problems = [*await _apply(manager, member, update), *_nulls(update)]
        if member is None or problems:
            raise ValidationFailed(problems)
        if facts_of(member) != before:
            await _save(member)
            details = {"before": before, "after": facts_of(member)}
            await audit(viewer, AuditKind.MEMBER_UPDATED, member.id, details)
        return member


async def _manager(viewer: Viewer) -> Member:
    """The viewer as they now are, whose turn it is to change members until the caller's transaction ends."""
    turn = f"trackers members {viewer.organisation_id}"
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    manager = await Member.get(id=viewer.member_id)
    if not manager.active:
        raise UnauthenticatedError
    if Role.MANAGE_MEMBERS not in manager.roles:
        raise ForbiddenError(f"This needs the role {Role.MANAGE_MEMBERS}.")
    return manager


async def _locked(viewer: Viewer, member_id: UUID) -> Member | None:
    found = await fetch(
        f"SELECT {columns(Member, 'm')} FROM member m WHERE m.id = $1 AND m.organisation_id = $2 FOR NO KEY UPDATE",
        member_id,
        viewer.organisation_id,
    )
    return row(Member, "m", found[0]) if found else None


def _nulls(update: MemberUpdate) -> list[Problem]:
    message = "A member always has one; leave it out to keep it."
    slots = {"name": update.name, "kind": update.kind, "roles": update.roles, "active": update.active}
    return [Problem((slot,), ErrorCode.REQUIRED, message) for slot, given in slots.items() if given is None]


async def _apply(manager: Member, member: Member | None, update: MemberUpdate) -> list[Problem]:
    """Bring the object to what is entered, and say what is wrong with that; nothing is written yet."""
    if member is None:
        return [Problem(("id",), ErrorCode.NOT_FOUND, "There is no such member.")]
    problems: list[Problem] = []
    managed = member.active and Role.MANAGE_MEMBERS in member.roles
    if isinstance(update.name, str):
        member.name, of_name = check_name(update.name)
        problems += of_name
    if isinstance(update.kind, MemberKind) and update.kind != member.kind:
        problems += _kind_problems(manager, update.kind) or _own_kind_problems(manager, member)
        member.kind = update.kind
    if not isinstance(update.roles, Absent | None):
        problems += _roles_problems(manager, member, update.roles)
        member.roles = [role.value for role in Role if role in update.roles]
    if isinstance(update.active, bool):
        if managed and not update.active and await _nobody_else_manages(member):
            message = f"{member.name} is the last active member with the role {Role.MANAGE_MEMBERS}."
            problems.append(Problem(("active",), ErrorCode.FORBIDDEN, message))
        member.active = update.active
    return problems


def _own_kind_problems(manager: Member, member: Member) -> list[Problem]:
    # The only administrator who made a tutor of themselves would leave nobody who makes another.
    if member.id != manager.id:
        return []
    return [Problem(("kind",), ErrorCode.FORBIDDEN, "Nobody changes their own kind.")]


def _kind_problems(manager: Member, kind: MemberKind) -> list[Problem]:
    if kind == MemberKind.TUTOR or manager.kind == MemberKind.ADMINISTRATOR:
        return []
    return [Problem(("kind",), ErrorCode.FORBIDDEN, "Only an administrator makes another one.")]


def _granting_problems(manager: Member, roles: Collection[Role], had: Collection[str] = ()) -> list[Problem]:
    return [
        Problem(("roles", str(place)), ErrorCode.FORBIDDEN, f"You cannot grant {role}: you do not have it yourself.")
        for place, role in enumerate(roles)
        if role not in manager.roles and role not in had
    ]


def _roles_problems(manager: Member, member: Member, roles: Collection[Role]) -> list[Problem]:
    # So the last one with MANAGE_MEMBERS cannot be stripped of it: whoever could, has it and is another one.
    if member.id == manager.id and set(roles) != set(member.roles):
        return [Problem(("roles",), ErrorCode.FORBIDDEN, "Nobody changes their own roles.")]
    return _granting_problems(manager, roles, member.roles)


async def _nobody_else_manages(member: Member) -> bool:
    others = await fetch(
        "SELECT FROM member WHERE organisation_id = $1 AND id <> $2 AND active AND $3 = ANY(roles) LIMIT 1",
        member.organisation_id,
        member.id,
        Role.MANAGE_MEMBERS.value,
    )
    return not others


async def _save(member: Member) -> None:
    await member.save(update_fields=["name", "kind", "roles", "active"])
    if not member.active:
        await end_sessions(member.id)
        await withdraw_tokens(member.id)
