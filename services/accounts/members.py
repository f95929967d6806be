"""Members, the staff of an organisation: adding, listing and validating them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from models import AuditKind, Inbox, Member, MemberKind, Organisation, Role
from models.base import new_id
from models.database import transaction
from services.accounts.assignees import assignable_condition
from services.accounts.password_rules import check_password, names_to_avoid
from services.accounts.passwords import hash_password
from services.audit import audit_for
from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.checks import check_name as check_kept_name
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.kernel.text import normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.paging.by_name import has_every_word, list_query, order_by_name, search_words
from services.paging.pages import Page, PageRequest, fetch_page
from services.row_selection import RowSelection
from services.viewer import Viewer
from services.visibility import visibility_condition

MAX_NAME_LENGTH = 200

_EMAIL_TAKEN = Problem(("email",), ErrorCode.DUPLICATE, "There is a member with this e-mail address already.")
_INSERT_MEMBER = NamedParameterStatement("""
INSERT INTO member (id, organisation_id, name, email, kind, roles, active, password_hash, created_at)
VALUES (:id, :organisation_id, :name, :email, :kind, :roles, true, :password_hash, now())
ON CONFLICT DO NOTHING RETURNING id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A validated member to insert, with the password already hashed."""

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
    """Add a member with an empty inbox; one without a password cannot sign in until they choose one.

    Raises ValidationFailed with all errors: ``email`` is not an address of at most 100 characters, or is already used
    in any organisation; ``name`` is blank, has control characters, or is longer than 200 characters; ``password``
    does not have 12 to 200 characters, or is easily guessed.
    """
    errors = ErrorCollector()
    email = normalise_email(email)
    if check_email(errors.at("email"), email) and await Member.exists(email=email):
        errors.extend([_EMAIL_TAKEN])
    clean_name = check_name(errors.at("name"), name)
    if password is not None:
        names = names_to_avoid(name=clean_name, email=email, organisation=organisation.name)
        check_password(errors.at("password"), password, names)
    errors.raise_if_any()
    digest = None if password is None else await hash_password(password)
    new_member = NewMember(email=email, name=clean_name, kind=kind, roles=roles, password_hash=digest)
    return await unit_of_work(lambda: _add_member(organisation, new_member))


async def _add_member(organisation: Organisation, new_member: NewMember) -> Member:
    async with transaction():
        member = await insert_member(organisation, new_member)
        details = audit_details(member) | {"email": member.email}
        await audit_for(organisation.id, None, AuditKind.MEMBER_CREATED, member.id, details)
        return member


async def insert_member(organisation: Organisation, new_member: NewMember) -> Member:
    """Insert a member and their inbox in the caller's transaction; raise ValidationFailed for a duplicate email.

    That does not end the transaction, so a caller may go on after it.
    """
    rows = await _INSERT_MEMBER.fetch(
        id=new_id(),
        organisation_id=organisation.id,
        name=new_member.name,
        email=new_member.email,
        kind=new_member.kind.value,
        roles=[role.value for role in Role if role in new_member.roles],
        password_hash=new_member.password_hash,
    )
    if not rows:
        raise ValidationFailed([_EMAIL_TAKEN])
    await Inbox.create(member_id=rows[0]["id"])
    return await Member.get(id=rows[0]["id"])


async def page_of_members(
    viewer: Viewer,
    request: PageRequest,
    selection: RowSelection[Member],
    *,
    search: str | None,
    assignable_only: bool,
    count: bool,
) -> Page:
    """Return a page of members, ordered by name.

    With ``assignable_only``, it contains only members to whom the viewer may assign trackers. Every word of ``search``
    must occur in the name or the email address.
    """
    statement = StatementBuilder()
    where = [visibility_condition(Member, "r", viewer, statement)]
    if assignable_only:
        where.append(assignable_condition("r", statement.bind(viewer.member_id)))
    where.append(has_every_word("r.name || ' ' || r.email", search_words(search), statement))
    query = list_query(viewer, selection, order_by_name(Member), where, statement)
    return await fetch_page(request, query, count=count)


def check_name(errors: ErrorCollector, name: str) -> str:
    """Validate a member's name, and return it in its stored form."""
    return check_kept_name(
        errors, name, label="The name", max_length=MAX_NAME_LENGTH, required_message="Give the member a name."
    )


def check_email(errors: ErrorCollector, email: str) -> bool:
    """Check that a normalised email address is valid, and return whether it is."""
    result = check_format(TextFormat.EMAIL, email)
    if isinstance(result, FormatProblem):
        errors.add(result.code, result.message)
        return False
    return True


def audit_details(member: Member) -> dict[str, Any]:
    """Return the details of a member that audit entries record."""
    return {"name": member.name, "kind": member.kind.value, "roles": list(member.roles), "active": member.active}
