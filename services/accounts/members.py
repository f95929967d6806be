"""Members: the staff of an organisation, and the passwords that they are given."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from models import AuditKind, Inbox, Member, MemberKind, Organisation, Role
from models.base import new_id
from models.database import fetch, transaction
from services.accounts.assignees import assignable
from services.accounts.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH, hash_password
from services.audit import audit_for
from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import StatementBuilder
from services.kernel.text import check_line, clean_text, normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.paging.by_name import like_pattern, list_query, order_by_name, search_words
from services.paging.pages import Page, PageRequest, fetch_page
from services.viewer import Viewer
from services.visibility import visible

LONGEST_NAME = 200

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # what can be told apart when it is read out or copied by hand
_TAKEN = Problem(("email",), ErrorCode.DUPLICATE, "There is a member with this e-mail address already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A member to be written: checked, and the password hashed."""

    email: str
    name: str
    kind: MemberKind
    roles: Collection[Role]
    password_hash: str | None


async def add_member(
    organisation: Organisation,
    *,
    email: str,
    name: str,
    kind: MemberKind,
    roles: Collection[Role],
    password: str | None,
) -> Member:
    """Add a member with an empty inbox; without a password they cannot sign in until they have set one.

    Raises ValidationFailed with all problems: ``name`` blank, not one line or beyond 200 characters, ``email`` no address (of at most
    100 characters) or in use, in whichever organisation, ``password`` not of 12 to 200 characters.
    """
    email = normalise_email(email)
    clean, name_problems = check_name(name)
    problems = [*await email_problems(email), *name_problems]
    if password is not None:
        problems += password_problems(password)
    if problems:
        raise ValidationFailed(problems)
    digest = None if password is None else await hash_password(password)
    new = NewMember(email=email, name=clean, kind=kind, roles=roles, password_hash=digest)
    return await unit_of_work(lambda: _add(organisation, new))


async def _add(organisation: Organisation, new: NewMember) -> Member:
    async with transaction():
        made = await make_member(organisation, new)
        await audit_for(
            organisation.id, None, AuditKind.MEMBER_CREATED, made.id, facts_of(made) | {"email": made.email}
        )
        return made


async def make_member(organisation: Organisation, new: NewMember) -> Member:
    """The part of ``add_member`` that writes, in the caller's transaction."""
    made = await fetch(
        "INSERT INTO member (id, organisation_id, name, email, kind, roles, active, password_hash, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, true, $7, now()) ON CONFLICT DO NOTHING RETURNING id",
        new_id(),
        organisation.id,
        new.name,
        new.email,
        new.kind.value,
        [role.value for role in Role if role in new.roles],
        new.password_hash,
    )
    if not made:
        raise ValidationFailed([_TAKEN])
    await Inbox.create(member_id=made[0]["id"])
    return await Member.get(id=made[0]["id"])


async def page_of_members(
    viewer: Viewer, request: PageRequest, *, search: str | None, assignable_only: bool, count: bool
) -> Page:
    """Members by name; with ``assignable_only`` those that the viewer may give a tracker to.

    Every word of ``search`` is part of the name or the e-mail address.
    """
    statement = StatementBuilder()
    where = [visible(Member, "r", viewer, statement)]
    if assignable_only:
        where.append(assignable("r", statement.bind(viewer.member_id)))
    for word in search_words(search):
        pattern = like_pattern(statement, word)
        where.append(f"(fold(r.name) LIKE {pattern} OR fold(r.email) LIKE {pattern})")
    return await fetch_page(request, list_query(Member, order_by_name(Member), where, statement), count=count)


def password_problems(password: str) -> list[Problem]:
    """What is wrong with a new password: it has 12 to 200 characters, counted as they are typed."""
    path, length = ("password",), len(password)
    if length < MINIMUM_LENGTH:
        message = f"A password has at least {MINIMUM_LENGTH} characters; this has {length}."
        figures = (("minimum", str(MINIMUM_LENGTH)), ("length", str(length)))
        return [Problem(path, ErrorCode.TOO_SHORT, message, figures)]
    if length > MAXIMUM_LENGTH:
        message = f"A password has at most {MAXIMUM_LENGTH} characters; this has {length}."
        figures = (("maximum", str(MAXIMUM_LENGTH)), ("length", str(length)))
        return [Problem(path, ErrorCode.TOO_LONG, message, figures)]
    if clean_text(password) is None:
        return [Problem(path, ErrorCode.INVALID_FORMAT, "The password contains a character that is no text.")]
    return []


def generated_password() -> str:
    """A random password of 99 bits, in four groups that can be read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def check_name(name: str) -> tuple[str, tuple[Problem, ...]]:
    """A member's name as it is kept, and what is wrong with it."""
    return check_line(
        name, path=("name",), label="The name", max_length=LONGEST_NAME, required="Give the member a name."
    )


def facts_of(member: Member) -> dict[str, Any]:
    """What the audit says of a member."""
    return {"name": member.name, "kind": member.kind.value, "roles": list(member.roles), "active": member.active}


async def email_problems(email: str) -> list[Problem]:
    """What is wrong with a new member's e-mail address, which is in its normal form."""
    checked = check_format(TextFormat.EMAIL, email)
    if isinstance(checked, FormatProblem):
        return [Problem(("email",), checked.code, checked.message)]
    return [_TAKEN] if await Member.exists(email=email) else []
