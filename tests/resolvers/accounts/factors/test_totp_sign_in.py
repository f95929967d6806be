"""Signing in with the code of an authenticator app: asked for after the password, single use, and of its member alone."""

import asyncio
from dataclasses import replace

import pytest

from models import Factor, Session
from models.database import fetch
from services.encryption import FACTOR_SECRET
from tests.support.clients.graphql import INSTALLATION
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.signing_in.factors import (
    ADD_TOTP,
    BEGIN_TOTP,
    add_totp,
    current_code,
    forget_steps,
    run,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import PASSWORD, ada
from tests.support.scenarios.second_factors import NO_SESSION, WRONG_CODE

REQUIRED = {
    "path": ["code"],
    "code": "FACTOR_REQUIRED",
    "message": "Enter the code of your authenticator app, or a recovery code. With a passkey, sign in by it instead.",
    "parameters": [],
}


async def test_signing_in_needs_the_code_only_after_the_password(database: str) -> None:
    secret, _ = await add_totp(await signed_in(await ada()))
    assert await sign_in_with_code(None) == NO_SESSION | {"errors": [REQUIRED]}
    assert await sign_in_with_code("  ") == NO_SESSION | {"errors": [REQUIRED]}
    wrong = await sign_in_with_code(None, password="not the password")
    assert [(error["path"], error["code"]) for error in wrong["errors"]] == [([], "INVALID_CREDENTIALS")]
    assert wrong == await sign_in_with_code(current_code(secret), password="not the password")
    payload = await sign_in_with_code(current_code(secret))
    assert payload["errors"] == []
    assert payload["session"]["viewer"] == {"member": {"name": "Ada"}, "mustAddFactor": False}
    factor = await Factor.get()
    assert factor.last_used_at is not None
    sessions = await Session.all().order_by("id")
    assert sessions[-1].second_factor


async def test_a_code_works_once(database: str) -> None:
    secret, _ = await add_totp(await signed_in(await ada()))
    code = current_code(secret)
    assert (await sign_in_with_code(code))["errors"] == []
    assert await sign_in_with_code(code) == NO_SESSION | {"errors": [WRONG_CODE]}


async def test_the_code_that_added_the_app_does_not_sign_in(database: str) -> None:
    context = await signed_in(await ada())
    secret = (await run(context, BEGIN_TOTP))["secret"]
    code = current_code(secret)
    assert (await run(context, ADD_TOTP, code=code, name="Phone"))["errors"] == []
    assert await sign_in_with_code(code) == NO_SESSION | {"errors": [WRONG_CODE]}


async def test_of_two_at_once_with_one_code_one_signs_in(database: str) -> None:
    secret, codes = await add_totp(await signed_in(await ada()))
    for code in (current_code(secret), codes[0]):
        payloads = await asyncio.gather(*(sign_in_with_code(code) for _ in range(4)))
        assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1, 1, 1]
        assert [payload for payload in payloads if payload["errors"]] == [NO_SESSION | {"errors": [WRONG_CODE]}] * 3
        await fetch("DELETE FROM sign_in_failures")


async def test_the_code_of_another_member_is_wrong(database: str) -> None:
    member = await ada()
    await add_totp(await signed_in(member))
    bob = await ada(await member.organisation, name="Bob", email="bob@example.org")
    secret, codes = await add_totp(await signed_in(bob))
    await forget_steps()
    for code in (current_code(secret), codes[0]):
        assert await sign_in_with_code(code) == NO_SESSION | {"errors": [WRONG_CODE]}
    assert (await sign_in_with_code(codes[0], email="bob@example.org"))["errors"] == []


async def test_a_copied_secret_cannot_be_read_in_another_row(database: str) -> None:
    member = await ada()
    await add_totp(await signed_in(member))
    bob = await ada(await member.organisation, name="Bob", email="bob@example.org")
    secret, _ = await add_totp(await signed_in(bob))
    await fetch(
        "UPDATE factor SET secret = (SELECT secret FROM factor WHERE member_id = $1), last_step = 0 WHERE member_id = $2",
        bob.id,
        member.id,
    )
    assert await sign_in_with_code(current_code(secret)) == NO_SESSION | {"errors": [WRONG_CODE]}


async def test_a_rotated_secret_of_the_installation_still_reads(database: str) -> None:
    secret, _ = await add_totp(await signed_in(await ada()))
    factor = await Factor.get()
    rotated = replace(INSTALLATION, secret=b"n" * 32, older_secrets=(INSTALLATION.secret,))
    assert factor.secret is not None
    assert FACTOR_SECRET.decrypt(rotated, factor.id, factor.secret).decode() == secret


async def test_without_a_factor_a_code_is_ignored(database: str) -> None:
    await ada()
    assert (await sign_in_with_code("123456", password=PASSWORD))["errors"] == []
    assert (await Session.get()).second_factor is False


async def test_refused_codes_are_audited_and_logged(database: str, caplog: pytest.LogCaptureFixture) -> None:
    member = await ada()
    secret, _ = await add_totp(await signed_in(member))
    for code in (None, "000000", current_code(secret)):
        await sign_in_with_code(code)
    entries = [entry for entry in await audit_entries() if entry[0] in ("SIGN_IN_FAILED", "SIGNED_IN")]
    assert [(kind, subject, details.get("code")) for kind, _, subject, details in entries] == [
        ("SIGN_IN_FAILED", member.id, "FACTOR_REQUIRED"),
        ("SIGN_IN_FAILED", member.id, "INVALID_CREDENTIALS"),
        ("SIGNED_IN", member.id, None),
    ]
    assert entries[2][3]["second_factor"] is True
    logged = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [line.partition(",")[0] for line in logged] == [
        "sign-in failed: FACTOR_REQUIRED at the second factor",
        "sign-in failed: INVALID_CREDENTIALS at the second factor",
    ]
    assert not [line for line in logged if secret in line or "000000" in line or "ada@" in line]
