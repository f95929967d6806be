"""Authenticator apps and recovery codes: adding, signing in, single use, guesses, and removal."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from models import Factor, Mail, Member, RecoveryCode, Session
from models.database import fetch
from services.encryption import FACTOR_SECRET
from tests.support.clients.factors import (
    ADD_TOTP,
    BEGIN_TOTP,
    REMOVE,
    RENEW,
    add_totp,
    again,
    current_code,
    forget_steps,
    run,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.graphql import INSTALLATION, ask_in, gid
from tests.support.clients.member_changes import audit_entries
from tests.support.clients.sign_in import PASSWORD, ada, sign_in

WRONG_CODE = {
    "path": ["code"],
    "code": "INVALID_CREDENTIALS",
    "message": "The code is wrong, or has been used already.",
    "parameters": [],
}
REQUIRED = {
    "path": ["code"],
    "code": "FACTOR_REQUIRED",
    "message": "Enter the code of your authenticator app, or a recovery code. With a passkey, sign in by it instead.",
    "parameters": [],
}
NO_SESSION = {"session": None}
FACTORS = "{ viewer { factors { id kind name createdAt lastUsedAt } recoveryCodesLeft mustAddFactor } }"


async def mails() -> list[str]:
    """Return the kinds of email about factors that have been enqueued, oldest first."""
    kinds = [mail.kind.value for mail in await Mail.all().order_by("created_at", "id")]
    return [kind for kind in kinds if kind != "NEW_DEVICE"]


async def make_sign_in_old(member: Member) -> None:
    await fetch(
        "UPDATE session SET created_at = now() - interval '11 minutes', authenticated_at = now() - interval '11 minutes' "
        "WHERE member_id = $1",
        member.id,
    )


async def codes_tried() -> int:
    """Return the highest number of attempts that have been counted for anything."""
    return int((await fetch("SELECT coalesce(max(failures), 0) AS n FROM sign_in_failures"))[0]["n"])


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


async def test_a_recovery_code_works_once_and_is_mailed(database: str) -> None:
    _, codes = await add_totp(await signed_in(await ada()))
    payload = await sign_in_with_code(f" {codes[3].replace('-', ' ').upper()} ")
    assert payload["errors"] == []
    assert await sign_in_with_code(codes[3]) == NO_SESSION | {"errors": [WRONG_CODE]}
    assert (await sign_in_with_code(codes[4].replace("-", "")))["errors"] == []
    assert await mails() == ["FACTOR_ADDED", "RECOVERY_CODE_USED", "RECOVERY_CODE_USED"]
    assert await RecoveryCode.filter(used_at=None).count() == 8


async def test_new_recovery_codes_replace_the_old(database: str) -> None:
    context = await signed_in(await ada())
    payload = await run(context, RENEW)
    assert payload["recoveryCodes"] == []
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [([], "NOT_FOUND")]
    _, old = await add_totp(context)
    payload = await run(context, RENEW)
    assert payload["errors"] == []
    assert len(set(payload["recoveryCodes"]) - set(old)) == 10
    assert await sign_in_with_code(old[0]) == NO_SESSION | {"errors": [WRONG_CODE]}
    assert (await sign_in_with_code(payload["recoveryCodes"][0]))["errors"] == []
    assert await mails() == ["FACTOR_ADDED", "RECOVERY_CODES", "RECOVERY_CODE_USED"]


async def test_removing_the_last_factor_makes_its_codes_void(database: str) -> None:
    member = await ada()
    context = await signed_in(member)
    await add_totp(context)
    payload = await run(context, REMOVE, id=gid(await Factor.get()))
    assert payload == {"viewer": {"factors": [], "recoveryCodesLeft": 0}, "errors": []}
    assert await RecoveryCode.all().count() == 0
    assert await Session.filter(second_factor=True).count() == 0
    assert (await sign_in())["errors"] == []
    assert await mails() == ["FACTOR_ADDED", "FACTOR_REMOVED"]


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


async def test_guesses_are_slowed_down_and_mailed(database: str) -> None:
    secret, codes = await add_totp(await signed_in(await ada()))
    for _ in range(5):
        assert await sign_in_with_code("000000") == NO_SESSION | {"errors": [WRONG_CODE]}
    for code in ("000000", current_code(secret), codes[0]):  # a right one has to wait as well
        payload = await sign_in_with_code(code, client=f"192.0.2.{len(code)}")
        assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["code"], "RATE_LIMITED")]
        assert payload["errors"][0]["parameters"] == [{"name": "retryAfter", "value": "1"}]
    assert await mails() == ["FACTOR_ADDED"]
    waits = []
    for _ in range(13):
        await fetch("UPDATE sign_in_failures SET blocked_until = now()")
        assert await sign_in_with_code("000000") == NO_SESSION | {"errors": [WRONG_CODE]}
        (error,) = (await sign_in_with_code("000000"))["errors"]
        waits.append(int(error["parameters"][0]["value"]))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert await mails() == ["FACTOR_ADDED", "WRONG_CODES"]
    await fetch("UPDATE sign_in_failures SET blocked_until = now()")
    assert (await sign_in_with_code(current_code(secret)))["errors"] == []
    assert await codes_tried() <= 1


async def test_concurrent_guesses_do_not_exceed_the_limit(database: str) -> None:
    await add_totp(await signed_in(await ada()))
    payloads = await asyncio.gather(*(sign_in_with_code(f"{number:06}") for number in range(20)))
    errors = [payload["errors"][0]["code"] for payload in payloads]
    assert errors.count("INVALID_CREDENTIALS") == 5
    assert errors.count("RATE_LIMITED") == 15


async def test_guesses_at_one_member_do_not_make_another_wait(database: str) -> None:
    member = await ada()
    await add_totp(await signed_in(member))
    bob = await ada(await member.organisation, name="Bob", email="bob@example.org")
    secret, _ = await add_totp(await signed_in(bob))
    for _ in range(6):
        await sign_in_with_code("000000")
    assert (await sign_in_with_code(current_code(secret), email="bob@example.org"))["errors"] == []


async def test_without_a_factor_a_code_is_ignored(database: str) -> None:
    await ada()
    assert (await sign_in_with_code("123456", password=PASSWORD))["errors"] == []
    assert (await Session.get()).second_factor is False


async def test_hostile_codes_are_wrong(database: str) -> None:
    await add_totp(await signed_in(await ada()))
    for code in ("\x00", "\ud800", "٠١٢٣٤٥"):
        assert await sign_in_with_code(code) == NO_SESSION | {"errors": [WRONG_CODE]}
    assert await sign_in_with_code("0" * 5_000) == NO_SESSION | {"errors": [WRONG_CODE]}
