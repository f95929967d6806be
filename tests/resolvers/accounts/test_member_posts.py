"""An organisation keeps an administrator and managers of members and settings, and activation grants what a member has."""

import asyncio
from typing import Any

import pytest

from models import Member, MemberKind, Organisation, Role
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, context_of, gid
from tests.support.clients.member_changes import UPDATE, update, update_successfully, written_rows
from tests.support.scenarios.college import Json, problem

LAST = {
    "ADMINISTRATOR": "Zoe is the last active administrator.",
    "MANAGE_MEMBERS": "Zoe is the last active member with the role 'Manage members'.",
    "MANAGE_SETTINGS": "Zoe is the last active member with the role 'Manage settings'.",
}
MANAGERS = [Role.MANAGE_MEMBERS, Role.MANAGE_SETTINGS]


async def staff(post: str) -> tuple[Member, Member]:
    """Return a manager of members, and Zoe, who alone holds a post beside a former holder."""
    organisation = await make.organisation()
    kinds = {"kind": MemberKind.TUTOR if post == "ADMINISTRATOR" else MemberKind.ADMINISTRATOR}
    roles = [role for role in MANAGERS if role.value != post]
    mia = await make.member(organisation, name="Mia", roles=roles if post != "MANAGE_MEMBERS" else MANAGERS, **kinds)
    await make.member(organisation, name="Former", roles=MANAGERS, active=False)
    await make.member(name="Other", roles=MANAGERS)  # of another organisation
    zoe = await make.member(organisation, name="Zoe", roles=MANAGERS)
    return mia, zoe


def losses(post: str) -> dict[str, Json]:
    """Return what takes a post from Zoe, by the field at which it is refused."""
    if post == "ADMINISTRATOR":
        return {"kind": {"kind": "TUTOR"}, "active": {"active": False}}
    roles = [role.value for role in MANAGERS if role.value != post]
    return {"roles": {"roles": roles}, "active": {"active": False}}


@pytest.mark.parametrize("post", ["ADMINISTRATOR", "MANAGE_SETTINGS"])
async def test_the_last_holder_keeps_a_post(database: str, post: str) -> None:
    mia, zoe = await staff(post)
    before = await written_rows()
    for path, entry in losses(post).items():
        expected = problem(path, "FORBIDDEN", LAST[post])
        assert await update(mia, zoe, **entry) == {"member": None, "errors": [expected]}, entry
    assert await written_rows() == before

    await Member.filter(name="Former", organisation=zoe.organisation_id).update(active=True)
    assert (await update_successfully(mia, zoe, active=False))["active"] is False


async def test_every_post_is_told_at_once(database: str) -> None:
    mia, zoe = await staff("ADMINISTRATOR")
    await Member.filter(id=mia.id).update(roles=["MANAGE_MEMBERS"])
    errors = [
        problem("kind", "FORBIDDEN", LAST["ADMINISTRATOR"]),
        problem("roles", "FORBIDDEN", LAST["MANAGE_SETTINGS"]),
        problem("active", "FORBIDDEN", f"{LAST['ADMINISTRATOR']} {LAST['MANAGE_SETTINGS']}"),
    ]
    entry: Json = {"kind": "TUTOR", "roles": [], "active": False}
    assert await update(mia, zoe, **entry) == {"member": None, "errors": errors}


async def pair(organisation: Organisation, number: int) -> list[Member]:
    return [await make.member(organisation, name=f"{name}{number}", roles=MANAGERS) for name in ("A", "B")]


@pytest.mark.parametrize("entry", [{"kind": "TUTOR"}, {"roles": ["MANAGE_MEMBERS"]}, {"active": False}])
async def test_of_two_holders_dismissed_at_once_one_stays(database: str, entry: Json) -> None:
    organisation = await make.organisation()
    ann, bob = await pair(organisation, 1)
    keepers: dict[str, Any] = {"kind": MemberKind.TUTOR, "roles": [Role.MANAGE_MEMBERS]}
    managers = [await make.member(organisation, **keepers) for _ in range(2)]
    contexts = [await context_of(manager) for manager in managers]
    inputs = [{"id": gid(member), **entry} for member in (ann, bob)]

    responses = await asyncio.gather(
        *(ask_in(context, UPDATE, input=one) for context, one in zip(contexts, inputs, strict=True))
    )

    counts = sorted(len(response["data"]["updateMember"]["errors"]) for response in responses)
    assert counts == [0, 1]
    active = await Member.filter(organisation=organisation, active=True).values_list("kind", "roles")
    assert any(kind == MemberKind.ADMINISTRATOR for kind, _ in active)
    assert any("MANAGE_SETTINGS" in roles for _, roles in active)


async def test_activation_grants_what_the_member_has(database: str) -> None:
    organisation = await make.organisation()
    mia = await make.member(organisation, name="Mia", kind=MemberKind.TUTOR, roles=[Role.MANAGE_MEMBERS])
    await make.member(organisation, name="Admin", roles=MANAGERS)
    roles = [Role.CREATE_TRACKERS, Role.MANAGE_SETTINGS]
    former = await make.member(organisation, name="Former", roles=roles, active=False)
    before = await written_rows()
    kind = "Only an administrator can activate an administrator."
    create, settings = (
        f"You cannot grant '{name}': you do not have it yourself." for name in ("Create trackers", "Manage settings")
    )
    refused: list[tuple[Json, str]] = [
        ({}, f"{kind} {create} {settings}"),
        ({"kind": "TUTOR"}, f"{create} {settings}"),
        ({"roles": []}, kind),
        ({"kind": "TUTOR", "roles": ["CREATE_TRACKERS"]}, create),
    ]
    for entry, message in refused:
        expected = {"member": None, "errors": [problem("active", "FORBIDDEN", message)]}
        assert await update(mia, former, active=True, **entry) == expected, entry
    assert await written_rows() == before
    restored = await update_successfully(mia, former, active=True, kind="TUTOR", roles=["MANAGE_MEMBERS"])
    assert (restored["kind"], restored["roles"], restored["active"]) == ("TUTOR", ["MANAGE_MEMBERS"], True)
    # One who is active already gets nothing by it.
    assert (await update_successfully(mia, former, active=True))["active"] is True
