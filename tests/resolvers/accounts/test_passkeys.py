"""Passkeys by a software authenticator: adding, signing in, and whatever an attacker may answer instead."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models import Factor, RecoveryCode, Session, UsedChallenge
from models.database import fetch
from services.accounts.factors.challenges import issue_challenge
from services.retention import delete_expired_rows
from tests.support.clients import authenticator
from tests.support.clients.authenticator import USER_PRESENT, USER_VERIFIED, Passkey, decode, encode
from tests.support.clients.factors import (
    ADD_PASSKEY,
    BEGIN_PASSKEY,
    BEGIN_SIGN_IN,
    ORIGIN,
    SIGN_IN_WITH_PASSKEY,
    add_passkey,
    again,
    run,
    run_signed_out,
    sign_in_with,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.graphql import INSTALLATION, gid
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.sign_in import ada

Json = dict[str, Any]

REFUSED = {
    "session": None,
    "errors": [
        {
            "path": [],
            "code": "INVALID_CREDENTIALS",
            "message": "The passkey was not accepted. Try again, or sign in with your password.",
            "parameters": [],
        }
    ],
}
NOT_ADDED = {
    "factor": None,
    "recoveryCodes": [],
    "errors": [
        {
            "path": ["credential"],
            "code": "INVALID_CREDENTIALS",
            "message": "The passkey was not accepted, or took too long. Begin again.",
            "parameters": [],
        }
    ],
}


def changed(credential: str, change: Callable[[Json], object]) -> str:
    """Return a credential of which something was changed."""
    parsed = json.loads(credential)
    change(parsed)
    return json.dumps(parsed)


async def answer(credential: str, *, client: str = "192.0.2.1") -> Json:
    """Run ``signInWithPasskey`` and return its payload."""
    return await run_signed_out(SIGN_IN_WITH_PASSKEY, client=client, credential=credential)


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


async def test_an_answer_counts_once(database: str) -> None:
    for sign_count in (0, None):
        await fetch("DELETE FROM factor")
        member = await ada(email=f"ada{sign_count}@example.org")
        passkey = await add_passkey(await signed_in(member), sign_count=sign_count)
        credential = authenticator.use(passkey, (await run_signed_out(BEGIN_SIGN_IN))["options"], ORIGIN)
        payloads = await asyncio.gather(*(answer(credential) for _ in range(4)))
        assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1, 1, 1]
        assert await answer(credential) == REFUSED


async def test_a_copied_passkey_is_refused_once_the_original_was_used(database: str) -> None:
    passkey = await add_passkey(await signed_in(await ada()))
    copy = passkey.copy()
    for _ in range(2):
        assert (await sign_in_with(passkey))["errors"] == []
    assert await sign_in_with(copy) == REFUSED  # its count is 1
    assert await sign_in_with(copy) == REFUSED  # the same as the original's
    assert (await sign_in_with(passkey))["errors"] == []


@pytest.mark.parametrize(
    ("origin", "options"),
    [
        ("https://localhost:8000", {}),
        ("http://localhost:8001", {}),
        ("http://localhost:8000.evil.example", {}),
        ("http://127.0.0.1:8000", {}),
        ("https://evil.example", {}),
        ("null", {}),
        (ORIGIN, {"flags": USER_PRESENT}),
        (ORIGIN, {"flags": USER_VERIFIED}),
        (ORIGIN, {"flags": 0}),
        (ORIGIN, {"crossOrigin": True}),
        (ORIGIN, {"type": "webauthn.create"}),
    ],
)
async def test_answers_to_other_pages_and_without_the_user_are_refused(
    database: str, origin: str, options: Json
) -> None:
    passkey = await add_passkey(await signed_in(await ada()))
    assert await sign_in_with(passkey, origin=origin, **options) == REFUSED
    context = await signed_in(await ada(email="bob@example.org"))
    offered = (await run(context, BEGIN_PASSKEY))["options"]
    flags = {key: value for key, value in options.items() if key == "flags"}
    _, credential = authenticator.create(offered, origin, **flags)
    if origin != ORIGIN or flags:
        assert await run(context, ADD_PASSKEY, credential=credential, name="Laptop") == NOT_ADDED
    assert await Factor.all().count() == 1


async def test_passkeys_of_other_domains_are_refused(database: str) -> None:
    passkey = await add_passkey(await signed_in(await ada()))
    assert await sign_in_with(replace(passkey, domain="evil.example")) == REFUSED
    assert await sign_in_with(replace(passkey, domain="local")) == REFUSED


async def test_passkeys_with_another_key_or_owner_are_refused(database: str) -> None:
    member = await ada()
    passkey = await add_passkey(await signed_in(member))
    bob = await ada(name="Bob", email="bob@example.org")  # of another organisation
    bobs = await add_passkey(await signed_in(bob))
    forgeries = [
        replace(passkey, key=authenticator.new_key("ES256")),
        replace(passkey, key=authenticator.new_key("EdDSA")),
        replace(passkey, key=bobs.key),
        replace(bobs, user_handle=member.id.bytes),
        replace(passkey, user_handle=bob.id.bytes),
        replace(passkey, user_handle=b""),
        replace(passkey, credential_id=bobs.credential_id),
        replace(passkey, credential_id=b"unknown"),
        Passkey(authenticator.new_key("ES256"), "localhost", member.id.bytes),
    ]
    for number, forgery in enumerate(forgeries):
        assert await sign_in_with(forgery, client=f"192.0.2.{number}") == REFUSED
    assert (await sign_in_with(bobs))["session"]["viewer"]["member"]["name"] == "Bob"


async def test_challenges_that_are_not_ours_are_refused(database: str) -> None:
    passkey = await add_passkey(await signed_in(await ada()))
    context = await signed_in(await ada(name="Bob", email="bob@example.org"))
    options = json.loads((await run_signed_out(BEGIN_SIGN_IN))["options"])
    genuine = decode(options["challenge"])
    late = genuine[:16] + (int.from_bytes(genuine[16:24]) + 1_000).to_bytes(8) + genuine[24:]
    adding = json.loads((await run(context, BEGIN_PASSKEY))["options"])["challenge"]
    other = issue_challenge(replace(INSTALLATION, secret=b"x" * 32), "sign in")
    for number, challenge in enumerate((b"", b"x" * 56, late, genuine[:-1], genuine + b"x", decode(adding), other)):
        offered = json.dumps(options | {"challenge": encode(challenge)})
        credential = authenticator.use(passkey, offered, ORIGIN)
        assert await answer(credential, client=f"192.0.2.{number}") == REFUSED, challenge


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


HOSTILE = ["", "{}", "[]", "null", "5", '"x"', "[" * 8_000, '{"a":' * 1_000, "x" * 8_193, '{"id": "\\ud800"}', "\x00"]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_rubbish_is_refused(database: str, number: int) -> None:
    assert await answer(HOSTILE[number]) == REFUSED
    context = await signed_in(await ada())
    assert await run(context, ADD_PASSKEY, credential=HOSTILE[number], name="Laptop") == NOT_ADDED


async def test_hostile_changes_of_a_right_answer_are_refused(database: str) -> None:
    context = await signed_in(await ada())
    passkey = await add_passkey(context)
    nested = encode(b"\x81" * 5_000)  # arrays of CBOR
    changes: list[Callable[[Json], object]] = [
        lambda c: c["response"].update(userHandle=None),
        lambda c: c["response"].update(userHandle=5),
        lambda c: c["response"].update(signature=""),
        lambda c: c["response"].update(signature=encode(bytes(70))),
        lambda c: c["response"].update(authenticatorData=""),
        lambda c: c["response"].update(authenticatorData=encode(decode(c["response"]["authenticatorData"]) + b"x")),
        lambda c: c["response"].update(clientDataJSON=encode(b"[" * 5_000)),
        lambda c: c["response"].update(clientDataJSON=encode(b"\xff")),
        lambda c: c.update(rawId=encode(b"other")),
        lambda c: c.update(type="password"),
        lambda c: c.pop("response"),
    ]
    for number, change in enumerate(changes):
        credential = authenticator.use(passkey, (await run_signed_out(BEGIN_SIGN_IN))["options"], ORIGIN)
        assert await answer(changed(credential, change), client=f"192.0.2.{number}") == REFUSED, number
    for attestation in (
        nested,
        "",
        encode(b"\xa0"),
        encode(b"\xa3" + b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x40"),
    ):
        _, credential = authenticator.create((await run(context, BEGIN_PASSKEY))["options"], ORIGIN)
        entry = changed(credential, lambda c, data=attestation: c["response"].update(attestationObject=data))  # type: ignore[misc]
        assert await run(context, ADD_PASSKEY, credential=entry, name="Laptop") == NOT_ADDED
    assert await Factor.all().count() == 1


async def test_failures_of_one_client_are_slowed_down(database: str) -> None:
    passkey = await add_passkey(await signed_in(await ada()))
    codes = set()
    for _ in range(60):
        (error,) = (await answer("{}"))["errors"]
        codes.add(error["code"])
    assert codes == {"INVALID_CREDENTIALS", "RATE_LIMITED"}
    assert (await sign_in_with(passkey))["errors"] == []  # a right one never waits


async def test_the_passkey_of_an_inactive_member_is_refused(database: str) -> None:
    member = await ada()
    passkey = await add_passkey(await signed_in(member))
    await fetch("UPDATE member SET active = false WHERE id = $1", member.id)
    assert await sign_in_with(passkey) == REFUSED
