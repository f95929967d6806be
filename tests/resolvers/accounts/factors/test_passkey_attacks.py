"""Whatever an attacker may answer instead of a passkey: all of it is refused alike."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from models import Factor
from models.database import fetch
from services.accounts.factors.challenges import issue_challenge
from tests.support.clients.graphql import INSTALLATION
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.signing_in import authenticator
from tests.support.clients.signing_in.authenticator import USER_PRESENT, USER_VERIFIED, Passkey, decode, encode
from tests.support.clients.signing_in.factors import (
    ADD_PASSKEY,
    BEGIN_PASSKEY,
    BEGIN_SIGN_IN,
    ORIGIN,
    add_passkey,
    run,
    run_signed_out,
    sign_in_with,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada
from tests.support.scenarios.second_factors import NOT_ADDED, REFUSED, Json, answer


def changed(credential: str, change: Callable[[Json], object]) -> str:
    """Return a credential of which something was changed."""
    parsed = json.loads(credential)
    change(parsed)
    return json.dumps(parsed)


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


async def test_refused_passkeys_are_audited_for_their_member_alone(database: str) -> None:
    member = await ada()
    passkey = await add_passkey(await signed_in(member))
    assert await sign_in_with(replace(passkey, key=authenticator.new_key("ES256"))) == REFUSED
    assert await sign_in_with(replace(passkey, credential_id=b"unknown")) == REFUSED
    failed = [entry for entry in await audit_entries() if entry[0] == "SIGN_IN_FAILED"]
    ((_, _, subject, details),) = failed
    assert (subject, details["method"]) == (member.id, "PASSKEY")
