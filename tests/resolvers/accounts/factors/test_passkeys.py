"""Passkeys by a software authenticator: adding, signing in, and whatever an attacker may answer instead."""

import asyncio
import json

import pytest

from models import Factor, RecoveryCode, Session, UsedChallenge
from models.database import fetch
from services.retention import delete_expired_rows
from tests.support.clients.graphql import ask_in, gid
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.signing_in import authenticator
from tests.support.clients.signing_in.authenticator import decode, encode
from tests.support.clients.signing_in.factors import (
    ADD_PASSKEY,
    BEGIN_PASSKEY,
    BEGIN_SIGN_IN,
    ORIGIN,
    add_passkey,
    again,
    run,
    run_signed_out,
    sign_in_with,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada
from tests.support.scenarios.second_factors import NOT_ADDED, REFUSED


@pytest.mark.parametrize("algorithm", authenticator.ALGORITHMS)
async def test_a_passkey_signs_in_by_itself(database: str, algorithm: str) -> None:
    member = await ada()
    context = await signed_in(member)
    options = json.loads((await run(context, BEGIN_PASSKEY))["options"])
    challenge, algorithms = options.pop("challenge"), options.pop("pubKeyCredParams")
    assert len(decode(challenge)) == 56
    assert sorted(offered["alg"] for offered in algorithms) == sorted(authenticator.ALGORITHMS.values())
    assert options == {
        "rp": {"name": "Trackers", "id": "localhost"},
        "user": {"id": encode(member.id.bytes), "name": "ada@example.org", "displayName": "Ada"},
        "timeout": 300_000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }
    passkey = await add_passkey(context, algorithm=algorithm)
    factor = await Factor.get()
    assert (factor.kind.value, factor.name, factor.credential_id) == ("PASSKEY", "Laptop", passkey.credential_id)
    assert await RecoveryCode.all().count() == 10
    for count in (1, 2):
        payload = await sign_in_with(passkey)
        assert payload["errors"] == []
        assert payload["session"]["viewer"] == {"member": {"name": "Ada"}, "mustAddFactor": False}
        assert (await Factor.get()).sign_count == count
    newest = (await Session.all().order_by("-id"))[0]
    assert (newest.second_factor, newest.method.value) == (True, "PASSKEY")
    signed = [details for kind, _, _, details in await audit_entries() if kind == "SIGNED_IN"]
    assert [(details["method"], details["second_factor"]) for details in signed] == [("PASSKEY", True)] * 2


async def test_with_a_passkey_the_password_needs_a_recovery_code(database: str) -> None:
    context = await signed_in(await ada())
    _, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], ORIGIN)
    codes = (await run(context, ADD_PASSKEY, credential=credential, name="Laptop"))["recoveryCodes"]
    payload = await sign_in_with_code(None)
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["code"], "FACTOR_REQUIRED")]
    assert (await sign_in_with_code(codes[0]))["errors"] == []


async def test_options_of_signing_in_name_nobody_and_cost_no_row(database: str) -> None:
    await add_passkey(await signed_in(await ada()))
    used = await UsedChallenge.all().count()
    payloads = [await run_signed_out(BEGIN_SIGN_IN) for _ in range(3)]
    options = [json.loads(payload["options"]) for payload in payloads]
    assert len({option.pop("challenge") for option in options}) == 3
    expected = {"timeout": 300_000, "rpId": "localhost", "allowCredentials": [], "userVerification": "required"}
    assert options == [expected] * 3
    assert await UsedChallenge.all().count() == used


async def test_a_device_that_does_not_count_signs_in_again_and_again(database: str) -> None:
    passkey = await add_passkey(await signed_in(await ada()), sign_count=None)
    for _ in range(3):
        assert (await sign_in_with(passkey))["errors"] == []


async def test_a_challenge_expires(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    context = await signed_in(await ada())
    passkey = await add_passkey(context)
    monkeypatch.setattr("services.accounts.factors.challenges.LIFETIME_SECONDS", -1)
    assert await sign_in_with(passkey) == REFUSED
    _, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], ORIGIN)
    assert await run(context, ADD_PASSKEY, credential=credential, name="Phone") == NOT_ADDED


async def test_used_challenges_are_deleted_after_they_have_expired(database: str) -> None:
    await sign_in_with(await add_passkey(await signed_in(await ada())))
    await delete_expired_rows()
    assert await UsedChallenge.all().count() == 2
    await fetch("UPDATE used_challenge SET expires_at = now() - interval '1 second'")
    await delete_expired_rows()
    assert await UsedChallenge.all().count() == 0


async def test_a_new_passkey_is_bound_to_its_session_and_counts_once(database: str) -> None:
    member = await ada()
    context, other = await signed_in(member), await signed_in(member)
    bob = await signed_in(await ada(name="Bob", email="bob@example.org"))
    _, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], ORIGIN)
    for thief in (other, bob):
        assert await run(thief, ADD_PASSKEY, credential=credential, name="Mine") == NOT_ADDED
    payloads = await asyncio.gather(
        *(run(context, ADD_PASSKEY, credential=credential, name="Laptop") for _ in range(3))
    )
    assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1, 1]
    assert await Factor.all().count() == 1


async def test_a_passkey_belongs_to_one_member(database: str) -> None:
    context = await signed_in(await ada())
    passkey = await add_passkey(context)
    excluded = json.loads((await run(await again(context), BEGIN_PASSKEY))["options"])["excludeCredentials"]
    assert [descriptor["id"] for descriptor in excluded] == [encode(passkey.credential_id)]
    bob = await signed_in(await ada(name="Bob", email="bob@example.org"))
    _, credential = authenticator.create(
        (await run(bob, BEGIN_PASSKEY))["options"], ORIGIN, credential_id=passkey.credential_id
    )
    payload = await run(bob, ADD_PASSKEY, credential=credential, name="Mine")
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["credential"], "DUPLICATE")]
    assert [gid(factor) for factor in await Factor.all()] == [gid(await Factor.get())]


async def test_the_passkey_of_an_inactive_member_is_refused(database: str) -> None:
    member = await ada()
    passkey = await add_passkey(await signed_in(member))
    await fetch("UPDATE member SET active = false WHERE id = $1", member.id)
    assert await sign_in_with(passkey) == REFUSED


async def test_of_two_sessions_that_add_the_first_at_once_one_remains(database: str) -> None:
    """A thief's session cannot slip a passkey of its own in while the member adds their first."""
    member = await ada()
    contexts = [await signed_in(member), await signed_in(member)]
    attempts = []
    for context in contexts:
        _, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], ORIGIN)
        attempts.append(ask_in(context, ADD_PASSKEY, input={"credential": credential, "name": "Laptop"}))
    answers = await asyncio.gather(*attempts)
    assert sorted("errors" in answer for answer in answers) == [False, True]
    codes = [error["extensions"]["code"] for answer in answers for error in answer.get("errors", ())]
    assert codes == ["UNAUTHENTICATED"]
    assert await Factor.all().count() == 1
    assert await Session.filter(ended_at=None).count() == 1
