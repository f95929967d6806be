"""``updateMember``: permissions, errors and audit entries."""

import asyncio
import itertools

from models import Member, MemberKind, Role
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, context_of, gid
from tests.support.clients.member_changes import (
    MANAGER_ROLES,
    UPDATE,
    audit_entries,
    data_and_error_codes,
    describe_member,
    manager,
    update,
    update_successfully,
    written_rows,
)
from tests.support.scenarios.college import Json, problem

ADMINISTRATOR, TUTOR = MemberKind.ADMINISTRATOR, MemberKind.TUTOR
OWN_ROLES = "You cannot change your own roles."


async def make_colleagues(*, roles: tuple[Role, ...] = MANAGER_ROLES) -> tuple[Member, Member]:
    """Create Mia, who manages members, and Tim, a tutor."""
    mia = await manager(roles=roles)
    return mia, await make.member(await mia.organisation, name="Tim", kind=TUTOR)


async def test_absent_fields_keep_their_values_and_changes_are_audited(database: str) -> None:
    mia, tim = await make_colleagues()
    expected = {"id": gid(tim), "name": "Tim", "email": tim.email, "kind": "TUTOR", "roles": [], "active": True}
    assert await update_successfully(mia, tim) == expected
    assert await update_successfully(mia, tim, name=" Tom ") == expected | {"name": "Tom"}
    assert await update_successfully(mia, tim, name="Tom", kind="TUTOR", roles=[], active=True) == expected | {
        "name": "Tom"
    }
    granted = expected | {"name": "Tom", "roles": ["CREATE_TRACKERS"], "kind": "ADMINISTRATOR"}
    entry = {"roles": ["CREATE_TRACKERS", "CREATE_TRACKERS"], "kind": "ADMINISTRATOR"}
    assert await update_successfully(mia, tim, **entry) == granted
    assert await update_successfully(mia, tim, active=False) == granted | {"active": False}
    assert await update_successfully(mia, tim, active=True, roles=[]) == granted | {"roles": []}
    steps = [
        describe_member("Tim", TUTOR, []),
        describe_member("Tom", TUTOR, []),
        describe_member("Tom", ADMINISTRATOR, [Role.CREATE_TRACKERS]),
        describe_member("Tom", ADMINISTRATOR, [Role.CREATE_TRACKERS], active=False),
        describe_member("Tom", ADMINISTRATOR, []),
    ]
    assert await audit_entries() == [
        ("MEMBER_UPDATED", mia.id, tim.id, {"before": before, "after": after})
        for before, after in itertools.pairwise(steps)
    ]


async def test_null_and_invalid_values_are_errors(database: str) -> None:
    mia, tim = await make_colleagues()
    before = await written_rows()
    message = "A member always has one; leave it out to keep it."
    nulls = [problem(slot, "REQUIRED", message) for slot in ("name", "kind", "roles", "active")]
    assert await update(mia, tim, name=None, kind=None, roles=None, active=None) == {"member": None, "errors": nulls}
    too_long = problem(
        "name", "TOO_LONG", "The name must have at most 200 characters; this has 201.", maximum=200, length=201
    )
    missing_role = problem("roles.1", "FORBIDDEN", "You cannot grant 'Manage settings': you do not have it yourself.")
    entry: Json = {"name": "x" * 201, "roles": ["CREATE_TRACKERS", "MANAGE_SETTINGS"], "active": None}
    assert await update(mia, tim, **entry) == {"member": None, "errors": [too_long, missing_role, nulls[3]]}
    for name, code in ((" ", "REQUIRED"), ("\0", "INVALID_FORMAT"), ("\ud800", "INVALID_FORMAT")):
        assert [(error["path"], error["code"]) for error in (await update(mia, tim, name=name))["errors"]] == [
            (["name"], code)
        ]
    assert await written_rows() == before


async def test_a_role_that_the_viewer_lacks_can_be_kept_or_removed(database: str) -> None:
    mia, tim = await make_colleagues()
    await Member.filter(id=tim.id).update(roles=["MANAGE_SETTINGS", "EDIT_PROCESS_AUTOMATION_TRACKERS"])
    await make.member(await mia.organisation, roles=[Role.MANAGE_SETTINGS])  # so that Tim is not the last
    updated_member = await update_successfully(mia, tim, roles=["MANAGE_SETTINGS", "CREATE_TRACKERS"])
    assert updated_member["roles"] == ["CREATE_TRACKERS", "MANAGE_SETTINGS"]
    missing_role = problem(
        "roles.0", "FORBIDDEN", "You cannot grant 'Edit process automation trackers': you do not have it yourself."
    )
    assert (await update(mia, tim, roles=["EDIT_PROCESS_AUTOMATION_TRACKERS"]))["errors"] == [missing_role]
    assert (await update_successfully(mia, tim, roles=[]))["roles"] == []


async def test_members_cannot_change_their_own_roles(database: str) -> None:
    mia, _ = await make_colleagues()
    await manager(await mia.organisation)  # so that Mia is not the last
    own_error = problem("roles", "FORBIDDEN", OWN_ROLES)
    for roles in ([], ["MANAGE_MEMBERS"], [*MANAGER_ROLES, "MANAGE_SETTINGS"]):
        assert await update(mia, mia, roles=roles) == {"member": None, "errors": [own_error]}
    assert await audit_entries() == []
    renamed_member = await update_successfully(mia, mia, roles=[*reversed(MANAGER_ROLES)], name="Maria")
    assert (renamed_member["name"], renamed_member["roles"]) == ("Maria", ["CREATE_TRACKERS", "MANAGE_MEMBERS"])


async def test_the_last_member_with_manage_members_cannot_be_deactivated(database: str) -> None:
    mia, tim = await make_colleagues()
    bob = await make.member(await mia.organisation, name="Bob", roles=MANAGER_ROLES, active=False)
    await manager()  # of another organisation
    last_manager_error = problem(
        "active",
        "FORBIDDEN",
        "Mia is the last active administrator. Mia is the last active member with the role 'Manage members'.",
    )
    before = await written_rows()
    assert await update(mia, mia, active=False) == {"member": None, "errors": [last_manager_error]}
    own_roles_error = problem("roles", "FORBIDDEN", OWN_ROLES)
    assert await update(mia, mia, active=False, roles=[]) == {
        "member": None,
        "errors": [own_roles_error, last_manager_error],
    }
    assert await written_rows() == before
    await update_successfully(mia, bob, active=True)
    assert (await update_successfully(mia, mia, active=False))["active"] is False
    assert await Member.filter(id=tim.id).count() == 1


async def test_of_two_members_who_demote_or_deactivate_each_other_one_succeeds(database: str) -> None:
    entries: list[Json] = [{"roles": []}, {"active": False}]
    for entry in entries:
        mia = await manager()
        max_ = await manager(await mia.organisation, name="Max")
        inputs = [{"id": gid(max_), **entry}, {"id": gid(mia), **entry}]
        contexts = [await context_of(mia), await context_of(max_)]  # both are signed in before either is changed
        responses = await asyncio.gather(
            *(ask_in(context, UPDATE, input=entry) for context, entry in zip(contexts, inputs, strict=True))
        )
        codes = sorted(
            tuple(error["extensions"]["code"] for error in response.get("errors", ())) for response in responses
        )
        assert codes in ([(), ("FORBIDDEN",)], [(), ("UNAUTHENTICATED",)])
        assert (
            await Member.filter(organisation_id=mia.organisation_id, active=True, roles__contains=MANAGER_ROLES).count()
            == 1
        )


async def test_concurrent_deactivations_leave_one_manager(database: str) -> None:
    first = await manager()
    managers = [first, *[await manager(await first.organisation) for _ in range(4)]]
    payloads = await asyncio.gather(*(update(member, member, active=False) for member in managers))
    errors_by_payload = [payload["errors"] for payload in payloads if payload["member"] is None]
    assert [[(error["path"], error["code"]) for error in errors] for errors in errors_by_payload] == [
        [(["active"], "FORBIDDEN")]
    ]
    assert await Member.filter(active=True).count() == 1


async def test_only_administrators_make_members_administrators(database: str) -> None:
    mia, tim = await make_colleagues()
    tutor = await manager(await mia.organisation, kind=TUTOR)
    not_administrator_error = problem("kind", "FORBIDDEN", "Only an administrator can make a member an administrator.")
    for member in (tim, tutor):
        assert await update(tutor, member, kind="ADMINISTRATOR") == {
            "member": None,
            "errors": [not_administrator_error],
        }
    assert (await update_successfully(tutor, mia, kind="ADMINISTRATOR"))["kind"] == "ADMINISTRATOR"  # no change
    await manager(await mia.organisation)  # so that Mia is not the last administrator
    assert (await update_successfully(tutor, mia, kind="TUTOR"))["kind"] == "TUTOR"


async def test_an_unknown_member_is_not_found(database: str) -> None:
    mia, _ = await make_colleagues()
    unknown_member = problem("id", "NOT_FOUND", "There is no such member.")
    null_error = problem("name", "REQUIRED", "A member always has one; leave it out to keep it.")
    other_member = await manager()
    for id_ in (gid(other_member), gid(await mia.organisation), "rubbish", ""):
        answer, codes = await data_and_error_codes(mia, UPDATE, {"id": id_, "name": None, "roles": ["MANAGE_SETTINGS"]})
        assert (answer, codes) == ({"updateMember": {"member": None, "errors": [unknown_member, null_error]}}, [])
    assert (await Member.get(id=other_member.id)).name == "Mia"


async def test_update_member_needs_its_role(database: str) -> None:
    _, tim = await make_colleagues()
    bob = await make.member(await tim.organisation, roles=[role for role in Role if role != Role.MANAGE_MEMBERS])
    for target in (tim, bob):
        entry = {"id": gid(target), "name": "Me"}
        assert await data_and_error_codes(bob, UPDATE, entry) == ({"updateMember": None}, ["FORBIDDEN"])
        assert await data_and_error_codes(None, UPDATE, entry) == (None, ["UNAUTHENTICATED"])
    assert await audit_entries() == []


async def test_members_cannot_change_their_own_kind(database: str) -> None:
    mia, _ = await make_colleagues()
    own_error = problem("kind", "FORBIDDEN", "You cannot change your own kind.")
    before = await written_rows()
    assert await update(mia, mia, kind="TUTOR") == {"member": None, "errors": [own_error]}
    assert await written_rows() == before
    assert (await update_successfully(mia, mia, kind="ADMINISTRATOR"))["kind"] == "ADMINISTRATOR"  # no change
