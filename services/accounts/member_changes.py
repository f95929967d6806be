"""Adding and changing members, which requires the role MANAGE_MEMBERS.

Changes to the members of one organisation are serialised, and each of them reads the manager's roles again: if two
managers deactivate each other concurrently, only one succeeds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from models import AuditKind, Member, MemberKind, Role
from models.database import fetch, transaction
from models.rows import columns, instance
from services.accounts.members import NewMember, audit_details, check_email, check_name, insert_member
from services.accounts.password_tokens import revoke_tokens
from services.accounts.posts import Post, held_by_nobody_else, last_holder_message, posts_of, posts_of_member
from services.accounts.sessions.ending import end_sessions
from services.accounts.throttling import count_duplicate, require_lookups_left
from services.audit import audit
from services.kernel.absent import ABSENT, Absent
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, ForbiddenError, UnauthenticatedError, ValidationFailed
from services.kernel.locks import lock_until_commit
from services.kernel.text import normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.kernel.words import quote_enum
from services.mail_queue import enqueue_invitation
from services.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """The input for a new member."""

    name: str
    email: str
    kind: MemberKind
    roles: Collection[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUpdate:
    """The input for a change to a member: absent fields keep their value, null is rejected."""

    member_id: UUID
    name: str | Absent | None = ABSENT
    kind: MemberKind | Absent | None = ABSENT
    roles: Collection[Role] | Absent | None = ABSENT
    active: bool | Absent | None = ABSENT


async def create_member(viewer: Viewer, entry: MemberEntry) -> Member:
    """Add a member to the viewer's organisation, and send them an invitation to choose a password.

    Viewers can grant only roles that they have themselves; only administrators can add administrators. Raises
    ForbiddenError without MANAGE_MEMBERS, and ValidationFailed with SIGN_IN_AGAIN, with all errors, or, if nothing else is
    wrong, with DUPLICATE at ``email`` for the address of a member of any organisation. That is audited, and RATE_LIMITED
    once a manager has tried too many.
    """
    viewer.require_role(Role.MANAGE_MEMBERS)
    viewer.require_recent_sign_in()
    created = await unit_of_work(lambda: _create(viewer, entry))
    if isinstance(created, ValidationFailed):
        raise created
    return created


async def update_member(viewer: Viewer, update: MemberUpdate) -> Member:
    """Change a member of the viewer's organisation; deactivation ends their sessions and revokes their tokens.

    Viewers cannot change their own kind or roles, grant a role that they lack, or take a post from the last active
    member who holds it; only administrators can make a member an administrator. Activating a member grants what they
    have. Raises ForbiddenError without MANAGE_MEMBERS, and ValidationFailed with all errors.
    """
    viewer.require_role(Role.MANAGE_MEMBERS)
    viewer.require_recent_sign_in()
    return await unit_of_work(lambda: _update(viewer, update))


async def _create(viewer: Viewer, entry: MemberEntry) -> Member | ValidationFailed:
    """Check the entry and add the member; return the error if the address is another member's, which is audited."""
    async with transaction():
        manager = await lock_members(viewer)
        new_member = _check_entry(manager, entry)
        await require_lookups_left(viewer.member_id)
        try:
            member = await insert_member(viewer.organisation, new_member)
        except ValidationFailed as duplicate:
            await count_duplicate(viewer.member_id)
            await audit(viewer, AuditKind.MEMBER_DUPLICATE, None, {"email": new_member.email})
            return duplicate
        await enqueue_invitation(member.id)
        await audit(viewer, AuditKind.MEMBER_CREATED, member.id, audit_details(member) | {"email": member.email})
        return member


def _check_entry(manager: Member, entry: MemberEntry) -> NewMember:
    errors = ErrorCollector()
    email = normalise_email(entry.email)
    name = check_name(errors.at("name"), entry.name)
    check_email(errors.at("email"), email)
    _check_kind(errors.at("kind"), manager, entry.kind)
    _check_granted_roles(errors.at("roles"), manager, entry.roles)
    errors.raise_if_any()
    return NewMember(email=email, name=name, kind=entry.kind, roles=entry.roles, password_hash=None)


async def _update(viewer: Viewer, update: MemberUpdate) -> Member:
    async with transaction():
        manager = await lock_members(viewer)
        errors = ErrorCollector()
        member = await lock_member(viewer, update.member_id)
        before = None if member is None else audit_details(member)
        if member is None:
            errors.at("id").add(ErrorCode.NOT_FOUND, "There is no such member.")
        else:
            await _check_and_assign(errors, manager, member, update)
        _refuse_nulls(errors, update)
        errors.raise_if_any()
        assert member is not None
        if audit_details(member) != before:
            await save_member(member)
            details = {"before": before, "after": audit_details(member)}
            await audit(viewer, AuditKind.MEMBER_UPDATED, member.id, details)
        return member


async def lock_members(viewer: Viewer) -> Member:
    """Serialise changes to the organisation's members until the transaction ends; return the viewer's current row.

    Raises UnauthenticatedError if the viewer has been deactivated, ForbiddenError if they no longer have
    MANAGE_MEMBERS.
    """
    await lock_organisation(viewer.organisation_id)
    manager = await Member.get(id=viewer.member_id)
    if not manager.active:
        raise UnauthenticatedError
    if Role.MANAGE_MEMBERS not in manager.roles:
        raise ForbiddenError(f"This needs the role {quote_enum(Role.MANAGE_MEMBERS)}.")
    return manager


async def lock_organisation(organisation_id: UUID) -> None:
    """Serialise changes to an organisation's members until the caller's transaction ends."""
    await lock_until_commit(f"trackers members {organisation_id}")


async def lock_member(viewer: Viewer, member_id: UUID) -> Member | None:
    """Return a member of the viewer's organisation, whose row is locked until the caller's transaction ends."""
    records = await fetch(
        f"SELECT {columns(Member, 'm')} FROM member m WHERE m.id = $1 AND m.organisation_id = $2 FOR NO KEY UPDATE",
        member_id,
        viewer.organisation_id,
    )
    return instance(Member, "m", records[0]) if records else None


def _refuse_nulls(errors: ErrorCollector, update: MemberUpdate) -> None:
    message = "A member always has one; leave it out to keep it."
    fields = {"name": update.name, "kind": update.kind, "roles": update.roles, "active": update.active}
    for name, value in fields.items():
        if value is None:
            errors.at(name).add(ErrorCode.REQUIRED, message)


async def _check_and_assign(errors: ErrorCollector, manager: Member, member: Member, update: MemberUpdate) -> None:
    """Validate the updated fields and assign them to ``member``, without saving it."""
    indispensable = await held_by_nobody_else(member, posts_of_member(member))
    if isinstance(update.name, str):
        member.name = check_name(errors.at("name"), update.name)
    if isinstance(update.kind, MemberKind) and update.kind != member.kind:
        _check_changed_kind(errors.at("kind"), manager, member, update.kind, indispensable)
        member.kind = update.kind
    if not isinstance(update.roles, Absent | None):
        _check_changed_roles(errors.at("roles"), manager, member, update.roles, indispensable)
        member.roles = [role.value for role in Role if role in update.roles]
    if isinstance(update.active, bool):
        if not update.active:
            _refuse_losses(errors.at("active"), member, indispensable)
        elif not member.active:
            _check_activation(errors.at("active"), manager, member)
        member.active = update.active


def _check_kind(errors: ErrorCollector, manager: Member, kind: MemberKind) -> None:
    if kind != MemberKind.TUTOR and manager.kind != MemberKind.ADMINISTRATOR:
        errors.add(ErrorCode.FORBIDDEN, "Only an administrator can make a member an administrator.")


def _check_changed_kind(
    errors: ErrorCollector, manager: Member, member: Member, kind: MemberKind, indispensable: Collection[Post]
) -> None:
    if member.id == manager.id and kind == MemberKind.TUTOR:
        errors.add(ErrorCode.FORBIDDEN, "You cannot change your own kind.")
        return
    _check_kind(errors, manager, kind)
    _refuse_losses(errors, member, [post for post in indispensable if post is Post.ADMINISTRATOR])


def _check_activation(errors: ErrorCollector, manager: Member, member: Member) -> None:
    """Check that the manager could grant an inactive member what they get back by being activated."""
    messages = [_cannot_grant(role) for role in Role if role in member.roles and role not in manager.roles]
    if member.kind != MemberKind.TUTOR and manager.kind != MemberKind.ADMINISTRATOR:
        messages.insert(0, "Only an administrator can activate an administrator.")
    if messages:
        errors.add(ErrorCode.FORBIDDEN, " ".join(messages))


def _refuse_losses(errors: ErrorCollector, member: Member, posts: Collection[Post]) -> None:
    if posts:
        errors.add(ErrorCode.FORBIDDEN, last_holder_message(member.name, posts))


def _cannot_grant(role: Role) -> str:
    return f"You cannot grant {quote_enum(role)}: you do not have it yourself."


def _check_granted_roles(
    errors: ErrorCollector, manager: Member, roles: Collection[Role], current_roles: Collection[str] = ()
) -> None:
    for index, role in enumerate(roles):
        if role not in manager.roles and role not in current_roles:
            errors.at(index).add(ErrorCode.FORBIDDEN, _cannot_grant(role))


def _check_changed_roles(
    errors: ErrorCollector,
    manager: Member,
    member: Member,
    roles: Collection[Role],
    indispensable: Collection[Post],
) -> None:
    if member.id == manager.id and set(roles) != set(member.roles):
        errors.add(ErrorCode.FORBIDDEN, "You cannot change your own roles.")
        return
    _check_granted_roles(errors, manager, roles, member.roles)
    kept = posts_of(member.kind, roles, active=True)
    _refuse_losses(
        errors, member, [post for post in indispensable if post is not Post.ADMINISTRATOR and post not in kept]
    )


async def save_member(member: Member) -> None:
    """Save a changed member, in the caller's transaction; deactivation ends their sessions and revokes their tokens."""
    await member.save(update_fields=["name", "kind", "roles", "active"])
    if not member.active:
        await end_sessions(member.id)
        await revoke_tokens(member.id)
