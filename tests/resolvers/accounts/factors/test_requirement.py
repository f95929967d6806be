"""An organisation's demand of second factors: who may set it, whom it concerns, and what is left to them."""

from typing import Any

from models import Factor, Member, Role
from models.database import fetch
from services.accounts.sessions.current_viewers import find_valid, session_key
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, gid
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.signing_in.factors import (
    REMOVE,
    REQUIRE,
    add_passkey,
    add_totp,
    again,
    current_code,
    run,
    sign_in_with,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada
from tests.support.scenarios.second_factors import FACTOR_REQUIRED, demand, errors

REQUIREMENT = "{ viewer { mustAddFactor organisation { factorRequirement { everyone roles } } } }"
"""What is left to a member who must add a factor; beside it what is open to anyone."""


async def setter(**columns: Any) -> Member:
    """Create an administrator who may set what the organisation demands."""
    return await ada(**{"roles": [Role.MANAGE_SETTINGS]} | columns)


async def test_an_organisation_demands_nothing_at_first(database: str) -> None:
    answer = await ask_in(await signed_in(await ada()), REQUIREMENT)
    requirement = {"everyone": False, "roles": []}
    assert answer == {"data": {"viewer": {"mustAddFactor": False, "organisation": {"factorRequirement": requirement}}}}


async def test_setting_what_is_demanded(database: str) -> None:
    member = await setter()
    context = await signed_in(member)
    await add_totp(context)
    context = await again(context)
    payload = await run(context, REQUIRE, everyone=True)
    assert payload == {
        "organisation": {"factorRequirement": {"everyone": True, "roles": []}},
        "errors": [],
    }
    payload = await run(context, REQUIRE, everyone=False, roles=["MANAGE_MEMBERS", "CREATE_TRACKERS", "MANAGE_MEMBERS"])
    roles = ["CREATE_TRACKERS", "MANAGE_MEMBERS"]
    assert payload["organisation"] == {"factorRequirement": {"everyone": False, "roles": roles}}
    assert (await run(context, REQUIRE, everyone=False))["organisation"] == payload["organisation"]
    nothing, all_, some = ({"everyone": e, "roles": r} for e, r in ((False, []), (True, []), (False, roles)))
    entries = [entry for entry in await audit_entries() if entry[0] == "FACTOR_REQUIREMENT_UPDATED"]
    organisation_id = member.organisation_id
    assert entries == [
        ("FACTOR_REQUIREMENT_UPDATED", member.id, organisation_id, {"before": nothing, "after": all_}),
        ("FACTOR_REQUIREMENT_UPDATED", member.id, organisation_id, {"before": all_, "after": some}),
    ]


async def test_whoever_demands_a_factor_of_themselves_has_proved_one(database: str) -> None:
    context = await signed_in(await setter())
    for entry in ({"everyone": True}, {"roles": ["MANAGE_SETTINGS"]}):
        payload = await run(context, REQUIRE, **entry)
        assert [(error["path"], error["code"]) for error in payload["errors"]] == [([], "FORBIDDEN")]
    payload = await run(context, REQUIRE, everyone=None, roles=None)
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [
        (["everyone"], "REQUIRED"),
        (["roles"], "REQUIRED"),
    ]
    assert (await run(context, REQUIRE, roles=["MANAGE_MEMBERS"]))["errors"] == []


async def test_demanding_needs_the_role_and_a_recent_sign_in(database: str) -> None:
    member = await setter()
    await fetch("UPDATE member SET roles = '{}'")
    document = REQUIRE
    answer = await ask_in(await signed_in(member), document, input={"everyone": True})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    await fetch("UPDATE member SET roles = '{MANAGE_SETTINGS}'")
    context = await signed_in(member)
    await fetch("UPDATE session SET created_at = now() - interval '11 minutes', authenticated_at = NULL")
    payload = await run(await again(context), document, roles=["MANAGE_MEMBERS"])
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [([], "SIGN_IN_AGAIN")]


async def test_only_those_concerned_must_add_a_factor(database: str) -> None:
    organisation = await make.organisation()
    plain, manager = [
        await make.member(organisation, roles=roles) for roles in ((), (Role.MANAGE_MEMBERS, Role.CREATE_TRACKERS))
    ]
    stranger = await make.member()
    seen = {}
    demands: dict[str, tuple[list[Role], bool]] = {
        "nobody": ([], False),
        "managers": ([Role.MANAGE_MEMBERS], False),
        "others": ([Role.MANAGE_SETTINGS], False),
        "everyone": ([], True),
    }
    for name, (roles, everyone) in demands.items():
        await demand(organisation, *roles, everyone=everyone)
        contexts = [await signed_in(member) for member in (plain, manager, stranger)]
        answers = [await ask_in(context, REQUIREMENT) for context in contexts]
        seen[name] = [answer["data"]["viewer"]["mustAddFactor"] for answer in answers]
        # Subscriptions ask the same in SQL.
        keys = [session_key(context.viewer) for context in contexts if context.viewer]
        valid = await find_valid(keys)
        assert [key not in valid for key in keys] == seen[name]
    assert seen == {
        "nobody": [False, False, False],
        "managers": [False, True, False],
        "others": [False, False, False],
        "everyone": [True, True, False],
    }


async def test_with_a_factor_one_signs_in_as_always(database: str) -> None:
    member = await ada()
    secret, _ = await add_totp(await signed_in(member))
    passkey = await add_passkey(await signed_in(member))
    await demand(await member.organisation, everyone=True)
    for payload in (await sign_in_with_code(current_code(secret)), await sign_in_with(passkey)):
        assert payload["session"]["viewer"] == {"member": {"name": "Ada"}, "mustAddFactor": False}


async def test_the_last_factor_cannot_be_removed_while_one_is_demanded(database: str) -> None:
    member = await ada()
    context = await signed_in(member)
    await add_totp(context)
    await add_passkey(context)
    await demand(await member.organisation, everyone=True)
    context = await again(context)
    first, last = await Factor.all().order_by("id")
    assert (await run(context, REMOVE, id=gid(first)))["errors"] == []
    payload = await run(context, REMOVE, id=gid(last))
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["id"], "FORBIDDEN")]
    assert await Factor.all().count() == 1


async def test_a_demand_after_the_last_factor_was_removed_concerns_open_sessions(database: str) -> None:
    member = await ada()
    context = await signed_in(member)
    await add_totp(context)
    await run(context, REMOVE, id=gid(await Factor.get()))
    await demand(await member.organisation, everyone=True)
    assert errors(await ask_in(await again(context), "{ members { nodes { name } } }")) == [FACTOR_REQUIRED]
