"""Authenticator apps and recovery codes: adding, signing in, single use, guesses, and removal."""

from urllib.parse import parse_qs, urlsplit

import pytest

from models import Factor, Member, RecoveryCode, Session
from models.database import fetch
from services.encryption import FACTOR_SECRET
from tests.support.clients.graphql import INSTALLATION, ask_in, gid
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.signing_in.factors import (
    ADD_TOTP,
    BEGIN_TOTP,
    REMOVE,
    RENEW,
    add_totp,
    again,
    current_code,
    run,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada
from tests.support.scenarios.second_factors import mails

FACTORS = "{ viewer { factors { id kind name createdAt lastUsedAt } recoveryCodesLeft mustAddFactor } }"


async def make_sign_in_old(member: Member) -> None:
    await fetch(
        "UPDATE session SET created_at = now() - interval '11 minutes', authenticated_at = now() - interval '11 minutes' "
        "WHERE member_id = $1",
        member.id,
    )


async def test_adding_an_app_brings_recovery_codes_and_ends_other_sessions(database: str) -> None:
    member = await ada()
    other, context = await signed_in(member), await signed_in(member)
    begun = await run(context, BEGIN_TOTP)
    organisation = await member.organisation
    query = parse_qs(urlsplit(begun["uri"]).query)
    assert query == {"secret": [begun["secret"]], "issuer": [organisation.name]}
    payload = await run(context, ADD_TOTP, code=f" {current_code(begun['secret'])} ", name=" Phone\t")
    factor = await Factor.get()
    assert payload == {
        "factor": {
            "id": gid(factor),
            "kind": "TOTP",
            "name": "Phone",
            "createdAt": factor.created_at.isoformat(),
            "lastUsedAt": None,
        },
        "recoveryCodes": payload["recoveryCodes"],
        "errors": [],
    }
    codes = payload["recoveryCodes"]
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {19}
    stored = {code.digest for code in await RecoveryCode.all()}
    assert len(stored) == 10
    assert not stored & set(codes)
    assert factor.secret is not None
    assert begun["secret"].encode() not in factor.secret
    assert FACTOR_SECRET.decrypt(INSTALLATION, factor.id, factor.secret).decode() == begun["secret"]
    sessions = {session.id: (session.ended_at is None, session.second_factor) for session in await Session.all()}
    assert other.viewer is not None
    assert context.viewer is not None
    assert sessions == {other.viewer.session_id: (False, False), context.viewer.session_id: (True, True)}
    assert await mails() == ["FACTOR_ADDED"]
    details = {"kind": "TOTP", "name": "Phone"}
    assert ("FACTOR_ADDED", member.id, member.id, details) in await audit_entries()
    answer = await ask_in(context, FACTORS)
    assert answer == {
        "data": {"viewer": {"factors": [payload["factor"]], "recoveryCodesLeft": 10, "mustAddFactor": False}}
    }


async def test_a_second_app_brings_no_codes_and_ends_nothing(database: str) -> None:
    member = await ada()
    context = await signed_in(member)
    await add_totp(context)
    session = await signed_in(member)
    _, codes = await add_totp(context, "Tablet")
    assert codes == []
    assert session.viewer is not None
    assert (await Session.get(id=session.viewer.session_id)).ended_at is None
    assert await RecoveryCode.all().count() == 10


async def test_what_is_wrong_with_adding(database: str) -> None:
    context = await signed_in(await ada())
    wrong = {
        "path": ["code"],
        "code": "INVALID_CREDENTIALS",
        "message": "The code is not the app's current one, or the secret is too old. Begin again.",
        "parameters": [],
    }
    refused = {"factor": None, "recoveryCodes": [], "errors": [wrong]}
    assert await run(context, ADD_TOTP, code="123456", name="Phone") == refused  # nothing was begun
    first = (await run(context, BEGIN_TOTP))["secret"]
    secret = (await run(context, BEGIN_TOTP))["secret"]
    assert await run(context, ADD_TOTP, code=current_code(first), name="Phone") == refused
    payload = await run(context, ADD_TOTP, code=current_code(secret), name=" ")
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["name"], "REQUIRED")]
    payload = await run(context, ADD_TOTP, code=current_code(secret), name="x" * 101)
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["name"], "TOO_LONG")]
    await fetch("UPDATE totp_enrolment SET expires_at = now()")
    assert await run(context, ADD_TOTP, code=current_code(secret), name="Phone") == refused
    assert await Factor.all().count() == 0
    assert await mails() == []


async def test_at_most_ten_factors(database: str) -> None:
    context = await signed_in(await ada())
    for number in range(10):
        await add_totp(context, f"App {number}")
    secret = (await run(context, BEGIN_TOTP))["secret"]
    payload = await run(context, ADD_TOTP, code=current_code(secret), name="One more")
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [([], "TOO_MANY")]
    assert await Factor.all().count() == 10


async def test_changing_factors_needs_a_recent_sign_in(database: str) -> None:
    member = await ada()
    context = await signed_in(member)
    await add_totp(context)
    await make_sign_in_old(member)
    old = await again(context)
    factor = gid(await Factor.get())
    entries = [
        (BEGIN_TOTP, {}),
        (ADD_TOTP, {"code": "123456", "name": "Phone"}),
        (REMOVE, {"id": factor}),
        (RENEW, {}),
    ]
    for document, entry in entries:
        payload = await run(old, document, **entry)
        assert [(error["path"], error["code"]) for error in payload["errors"]] == [([], "SIGN_IN_AGAIN")], document
    assert await Factor.all().count() == 1


@pytest.mark.parametrize("whose", ["another member's", "another organisation's", "malformed"])
async def test_only_one_s_own_factors_can_be_removed_and_seen(database: str, whose: str) -> None:
    member = await ada()
    organisation = await member.organisation if whose == "another member's" else None
    bob = await ada(organisation, name="Bob", email="bob@example.org")
    await add_totp(await signed_in(bob))
    factor_id = "rubbish" if whose == "malformed" else gid(await Factor.get())
    context = await signed_in(member)
    payload = await run(context, REMOVE, id=factor_id)
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["id"], "NOT_FOUND")]
    if whose != "malformed":
        document = "query ($id: ID!) { node(id: $id) { ... on Factor { name } } }"
        assert await ask_in(context, document, id=factor_id) == {"data": {"node": None}}
        own = await signed_in(bob)
        assert await ask_in(own, document, id=factor_id) == {"data": {"node": {"name": "Phone"}}}
    assert await Factor.all().count() == 1
