"""Helpers that manage members through the API, and read the audit log."""

from typing import Any

from models import AuditEntry, Mail, Member, MemberKind, Organisation, Role
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.scenarios.college import PROBLEM_FIELDS, Json

MEMBER = "member { id name email kind roles active }"
CREATE = f"mutation ($input: CreateMemberInput!) {{ createMember(input: $input) {{ {MEMBER} errors {{ {PROBLEM_FIELDS} }} }} }}"
UPDATE = f"mutation ($input: UpdateMemberInput!) {{ updateMember(input: $input) {{ {MEMBER} errors {{ {PROBLEM_FIELDS} }} }} }}"
MANAGER_ROLES = (Role.CREATE_TRACKERS, Role.MANAGE_MEMBERS)


async def manager(organisation: Organisation | None = None, **columns: Any) -> Member:
    """Create an administrator who may manage members."""
    return await make.member(organisation, **{"name": "Mia", "roles": MANAGER_ROLES} | columns)


async def create(actor: Member, **entry: Any) -> Json:
    """Run ``createMember`` and return its payload."""
    defaults = {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}
    payload: Json = (await data(actor, CREATE, input=defaults | entry))["createMember"]
    return payload


async def update(actor: Member, member: Member, **entry: Any) -> Json:
    """Run ``updateMember`` and return its payload."""
    payload: Json = (await data(actor, UPDATE, input={"id": gid(member), **entry}))["updateMember"]
    return payload


async def update_successfully(actor: Member, member: Member, **entry: Any) -> Json:
    """Update a member without errors, and return the updated member."""
    payload = await update(actor, member, **entry)
    assert payload["errors"] == []
    updated_member: Json = payload["member"]
    return updated_member


async def data_and_error_codes(actor: Member | None, document: str, entry: Json) -> tuple[Any, list[str]]:
    """Execute a document; return its data, None if it was not executed, and the codes of its top-level errors."""
    response = await ask(actor, document, input=entry)
    return response.get("data"), [error["extensions"]["code"] for error in response.get("errors", ())]


async def audit_entries() -> list[tuple[Any, ...]]:
    """Return the kind, actor, subject and details of all audit entries, oldest first."""
    entries = await AuditEntry.all().order_by("at", "id")
    return [(entry.kind.value, entry.actor_id, entry.subject_id, entry.details) for entry in entries]


async def written_rows() -> dict[str, Any]:
    """Return the rows that managing members may write."""
    return {
        "members": await Member.all().order_by("id").values_list("id", "name", "kind", "roles", "active"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "audit": await audit_entries(),
    }


def describe_member(name: str, kind: MemberKind, roles: list[Role], *, active: bool = True) -> Json:
    """Return the details of a member as the audit log stores them."""
    return {"name": name, "kind": kind.value, "roles": [role.value for role in roles], "active": active}
