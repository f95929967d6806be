"""An organisation's demand of second factors: who may set it, whom it concerns, and what is left to them."""

from contextlib import aclosing
from typing import Any

import pytest

from models import Factor, Member, MemberKind, Organisation, Role
from models.database import fetch
from resolvers.schema_root import make_schema
from schema.context import Context
from server.execution.result_stream import stream_results
from server.protocol.messages import Request
from tests.support import factories as make
from tests.support.clients import authenticator
from tests.support.clients.attempts import MUTATIONS, QUERIES, SUBSCRIPTIONS, VALIDATIONS
from tests.support.clients.factors import (
    ADD_PASSKEY,
    BEGIN_PASSKEY,
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
from tests.support.clients.graphql import ask_in, ask_with, executor, gid, sent
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.sign_in import ada, refresh
from tests.support.scenarios.permissions import cases

REQUIREMENT = "{ viewer { mustAddFactor organisation { factorRequirement { everyone roles } } } }"
FACTOR_REQUIRED = {
    "message": "Your organisation demands a second factor: add one first.",
    "extensions": {"code": "FACTOR_REQUIRED"},
}
OPEN = {"viewer", "beginTotp", "addTotp", "beginPasskey", "addPasskey"}
"""What is left to a member who must add a factor; beside it what is open to anyone."""
OPEN_TO_ANYONE = {
    "signIn",
    "refreshSession",
    "signOut",
    "requestPasswordReset",
    "setPassword",
    "beginPasskeySignIn",
    "signInWithPasskey",
    "beginSignOn",
    "completeSignOn",
}


async def demand(organisation: Organisation, *roles: Role, everyone: bool = False) -> None:
    """Make an organisation demand a second factor."""
    await fetch(
        "UPDATE organisation SET factor_required = $2, factor_required_roles = $3 WHERE id = $1",
        organisation.id,
        everyone,
        [role.value for role in roles],
    )


async def setter(**columns: Any) -> Member:
    """Create an administrator who may set what the organisation demands."""
    return await ada(**{"roles": [Role.MANAGE_SETTINGS]} | columns)


def errors(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the top-level errors of an answer, without their places."""
    return [{"message": error["message"], "extensions": error["extensions"]} for error in answer.get("errors", ())]


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
        answers = [await ask_in(await signed_in(member), REQUIREMENT) for member in (plain, manager, stranger)]
        seen[name] = [answer["data"]["viewer"]["mustAddFactor"] for answer in answers]
    assert seen == {
        "nobody": [False, False, False],
        "managers": [False, True, False],
        "others": [False, False, False],
        "everyone": [True, True, False],
    }


async def test_everything_but_adding_a_factor_is_closed(database: str) -> None:
    """Try every root field as an administrator with all roles who must add a factor, at rows that they could see."""
    case = next(
        case
        for case in await cases()
        if case.member and case.member.kind == MemberKind.ADMINISTRATOR and len(case.member.roles) == len(Role)
    )
    assert case.member is not None
    await demand(await case.member.organisation, everyone=True)
    case.rows.member.organisation_id = case.member.organisation_id
    context = await signed_in(case.member)
    outcomes: dict[str, set[str]] = {}
    for name, attempt in {**QUERIES, **VALIDATIONS, **MUTATIONS}.items():
        if name.split()[0] in OPEN_TO_ANYONE | OPEN:
            continue
        made: Any = attempt.variables(case)
        variables = await made if hasattr(made, "__await__") else made
        answer = await ask_in(context, attempt.document, **variables)
        assert errors(answer) == [FACTOR_REQUIRED], (name, answer)
        outcomes.setdefault(name.split()[0], set()).add("closed")
    schema = make_schema().graphql_schema
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    fields = {*schema.query_type.fields, *schema.mutation_type.fields}
    assert outcomes.keys() == fields - OPEN - OPEN_TO_ANYONE


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_subscriptions_are_closed(database: str, name: str) -> None:
    case = (await cases())[0]
    assert case.member is not None
    await demand(await case.member.organisation, everyone=True)
    attempt = SUBSCRIPTIONS[name]
    made: Any = attempt.variables(case)
    assert errors(await subscribe_once(await signed_in(case.member), attempt.document, made)) == [FACTOR_REQUIRED]


async def subscribe_once(context: Context, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return the first result of a subscription."""
    operation = executor().prepare(Request(document, variables, None), context)
    async with aclosing(stream_results(executor(), operation, context, "a request")) as results:
        return sent((await anext(results)).result)


async def test_what_viewer_shows_meanwhile(database: str) -> None:
    member = await ada()
    await demand(await member.organisation, everyone=True)
    context = await signed_in(member)
    document = "{ viewer { id member { name } organisation { name } factors { id } recoveryCodesLeft unreadNotifications notificationCursor } }"
    answer = await ask_in(context, document)
    assert "errors" not in answer
    for field in ("notifications { nodes { id } }", "organisation { processAutomations { key } }"):
        assert errors(await ask_in(context, f"{{ viewer {{ {field} }} }}")) == [FACTOR_REQUIRED], field


async def test_adding_a_factor_opens_everything_in_that_session(database: str) -> None:
    member = await ada()
    await demand(await member.organisation, everyone=True)
    payload = await sign_in_with_code(None)
    assert payload["session"]["viewer"] == {"member": {"name": "Ada"}, "mustAddFactor": True}
    context = await signed_in(member)
    assert errors(await ask_in(context, "{ members { nodes { name } } }")) == [FACTOR_REQUIRED]
    await add_passkey(context)
    for session in (context, await again(context)):  # the rest of the document too, and the next request
        assert await ask_in(session, "{ members { nodes { name } } }") == {
            "data": {"members": {"nodes": [{"name": "Ada"}]}}
        }
    answer = await ask_with(f"Bearer {payload['session']['accessToken']}", "{ viewer { id } }")
    assert answer["data"] == {"viewer": None}  # the other session has ended


async def test_with_a_factor_one_signs_in_as_always(database: str) -> None:
    member = await ada()
    secret, _ = await add_totp(await signed_in(member))
    passkey = await add_passkey(await signed_in(member))
    await demand(await member.organisation, everyone=True)
    for payload in (await sign_in_with_code(current_code(secret)), await sign_in_with(passkey)):
        assert payload["session"]["viewer"] == {"member": {"name": "Ada"}, "mustAddFactor": False}


async def test_refreshing_proves_no_factor(database: str) -> None:
    member = await ada()
    await demand(await member.organisation, everyone=True)
    document = "mutation ($input: SignInInput!) { signIn(input: $input) { session { refreshToken } } }"
    entry = {"email": "ada@example.org", "password": "correct horse battery"}
    answer = await ask_with(None, document, input=entry)
    session = (await refresh(answer["data"]["signIn"]["session"]["refreshToken"]))["session"]
    answer = await ask_with(f"Bearer {session['accessToken']}", "{ members { nodes { name } } }")
    assert errors(answer) == [FACTOR_REQUIRED]


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


async def test_the_requirement_is_asked_with_the_session(database: str) -> None:
    """A document that adds a factor may go on in the same request."""
    member = await ada()
    await demand(await member.organisation, everyone=True)
    context = await signed_in(member)
    _, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], "http://localhost:8000")
    document = f"{ADD_PASSKEY[:-2]} renewRecoveryCodes {{ recoveryCodes }} }}"
    answer = await ask_in(context, document, input={"credential": credential, "name": "Laptop"})
    assert "errors" not in answer, answer
    assert len(answer["data"]["renewRecoveryCodes"]["recoveryCodes"]) == 10
