"""Managing members as a client does, and what the audit keeps of it."""

from typing import Any

from models import AuditEntry, Mail, Member, MemberKind, Organisation, Role
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.scenarios.college import PROBLEM, Json

SHOWN = "member { id name email kind roles active }"
CREATE = f"mutation ($input: CreateMemberInput!) {{ createMember(input: $input) {{ {SHOWN} errors {{ {PROBLEM} }} }} }}"
UPDATE = f"mutation ($input: UpdateMemberInput!) {{ updateMember(input: $input) {{ {SHOWN} errors {{ {PROBLEM} }} }} }}"
MANAGES = (Role.CREATE_TRACKERS, Role.MANAGE_MEMBERS)


async def manager(organisation: Organisation | None = None, **columns: Any) -> Member:
    """An administrator who manages members."""
    return await make.member(organisation, **{"name": "Mia", "roles": MANAGES} | columns)


async def create(by: Member, **entry: Any) -> Json:
    """The payload of createMember."""
    defaults = {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}
    payload: Json = (await data(by, CREATE, input=defaults | entry))["createMember"]
    return payload


async def update(by: Member, member: Member, **entry: Any) -> Json:
    """The payload of updateMember."""
    payload: Json = (await data(by, UPDATE, input={"id": gid(member), **entry}))["updateMember"]
    return payload


async def updated(by: Member, member: Member, **entry: Any) -> Json:
    """The member after an update that is done."""
    payload = await update(by, member, **entry)
    assert payload["errors"] == []
    found: Json = payload["member"]
    return found


async def top_level(by: Member | None, document: str, entry: Json) -> tuple[Any, list[str]]:
    """The data of an answer and the codes of its top-level errors."""
    answer = await ask(by, document, input=entry)
    return answer["data"], [error["extensions"]["code"] for error in answer.get("errors", ())]


async def audited() -> list[tuple[Any, ...]]:
    """The audit, oldest first: kind, actor, subject and details."""
    entries = await AuditEntry.all().order_by("at", "id")
    return [(one.kind.value, one.actor_id, one.subject_id, one.details) for one in entries]


async def everything() -> dict[str, Any]:
    """What managing members leaves behind."""
    return {
        "members": await Member.all().order_by("id").values_list("id", "name", "kind", "roles", "active"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "audit": await audited(),
    }


def facts(name: str, kind: MemberKind, roles: list[Role], *, active: bool = True) -> Json:
    """A member as the audit says them."""
    return {"name": name, "kind": kind.value, "roles": [role.value for role in roles], "active": active}
