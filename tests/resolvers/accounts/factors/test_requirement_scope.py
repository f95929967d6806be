"""What is left to a member who must add a second factor: every root field is tried."""

from contextlib import aclosing
from typing import Any

import pytest

from models import MemberKind, Role
from resolvers.schema_root import make_schema
from schema.context import Context
from server.execution.result_stream import stream_results
from server.protocol.messages import Request
from tests.support.clients.attempts import MUTATIONS, QUERIES, SUBSCRIPTIONS, VALIDATIONS
from tests.support.clients.graphql import ask_in, ask_with, executor, sent
from tests.support.clients.signing_in import authenticator
from tests.support.clients.signing_in.factors import (
    ADD_PASSKEY,
    BEGIN_PASSKEY,
    add_passkey,
    again,
    run,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada, refresh
from tests.support.scenarios.permissions import cases
from tests.support.scenarios.second_factors import FACTOR_REQUIRED, demand, errors

OPEN = {"viewer", "beginTotp", "addTotp", "beginPasskey", "addPasskey"}


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


async def test_refreshing_proves_no_factor(database: str) -> None:
    member = await ada()
    await demand(await member.organisation, everyone=True)
    document = "mutation ($input: SignInInput!) { signIn(input: $input) { session { refreshToken } } }"
    entry = {"email": "ada@example.org", "password": "correct horse battery"}
    answer = await ask_with(None, document, input=entry)
    session = (await refresh(answer["data"]["signIn"]["session"]["refreshToken"]))["session"]
    answer = await ask_with(f"Bearer {session['accessToken']}", "{ members { nodes { name } } }")
    assert errors(answer) == [FACTOR_REQUIRED]


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
