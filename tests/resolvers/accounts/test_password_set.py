"""``setPassword``: single-use tokens, password rules, sessions and rate limits."""

import asyncio
from datetime import datetime

import pytest

from models import AuditEntry, MailKind, Member, PasswordToken, Session, SignInFailures
from models.database import fetch
from services.accounts.password_tokens import make_token
from services.accounts.throttling import EMAIL_LIMIT, TOKEN_LIMIT
from tests.support import factories as make
from tests.support.clients.graphql import ask_with
from tests.support.clients.signing_in.password_links import (
    INVALID_TOKEN,
    NEW_PASSWORD,
    SET_PASSWORD,
    error_codes,
    set_password,
)
from tests.support.clients.signing_in.sign_in import PASSWORD, ada, refresh, session, sign_in, viewer_name
from tests.support.scenarios.college import problem

INVALID: tuple[list[str], str] = ([], "INVALID_CREDENTIALS")
TOO_SHORT = (["password"], "TOO_SHORT")


async def new_token(member: Member, kind: MailKind = MailKind.PASSWORD_RESET) -> str:
    token = await make_token(member.id, kind)
    assert token is not None
    return token


async def test_set_password_ends_every_session_and_opens_a_new_one(database: str) -> None:
    member = await ada()
    before = [await session(), await session()]
    payload = await set_password(await new_token(member))
    new_session = payload["session"]
    assert payload == {"session": new_session, "errors": []}
    assert new_session["viewer"] == {"member": {"name": "Ada"}}
    assert datetime.fromisoformat(new_session["accessTokenExpiresAt"])
    assert await viewer_name(new_session["accessToken"]) == "Ada"
    assert (await refresh(new_session["refreshToken"]))["errors"] == []
    for pair in before:
        assert await viewer_name(pair["accessToken"]) is None
        assert [error["code"] for error in (await refresh(pair["refreshToken"]))["errors"]] == ["INVALID_CREDENTIALS"]
    assert [error["code"] for error in (await sign_in())["errors"]] == ["INVALID_CREDENTIALS"]
    assert (await sign_in(password=NEW_PASSWORD))["errors"] == []
    assert [
        (entry.kind.value, entry.organisation_id, entry.actor_id, entry.subject_id, entry.details)
        for entry in await AuditEntry.filter(kind="PASSWORD_SET")
    ] == [("PASSWORD_SET", member.organisation_id, member.id, member.id, {})]


async def test_set_password_forgets_the_members_devices(database: str) -> None:
    """Check that whoever knew the earlier password does not keep devices that are known, each with guesses of its own."""
    member = await ada()
    device = (await session())["deviceToken"]
    new_device = (await set_password(await new_token(member)))["session"]["deviceToken"]
    for token, is_known in ((device, False), (new_device, True)):
        assert (await sign_in(password=NEW_PASSWORD, device=token))["errors"] == []
        entry = (await AuditEntry.filter(kind="SIGNED_IN").order_by("-at", "-id"))[0]
        assert entry.details["known_device"] is is_known


async def test_fields_of_the_new_session_are_resolved_for_its_member(database: str) -> None:
    member = await ada()
    document = SET_PASSWORD.replace(
        "viewer { member { name } }", "viewer { member { name email } unreadNotifications }"
    )
    answer = await ask_with(None, document, token=await new_token(member), password=NEW_PASSWORD)
    assert answer["data"]["setPassword"]["session"]["viewer"] == {
        "member": {"name": "Ada", "email": "ada@example.org"},
        "unreadNotifications": 0,
    }


async def test_a_token_works_once(database: str) -> None:
    member = await ada()
    token = await new_token(member)
    assert (await set_password(token))["errors"] == []
    assert (await set_password(token, "another password")) == {"session": None, "errors": [INVALID_TOKEN]}
    assert (await sign_in(password=NEW_PASSWORD))["errors"] == []
    assert await AuditEntry.filter(kind="PASSWORD_SET").count() == 1


async def test_concurrent_uses_of_a_token_set_one_password(database: str) -> None:
    member = await ada()
    token = await new_token(member)
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(4)]
    payloads = await asyncio.gather(*(set_password(token, password) for password in passwords))
    (successful,) = [place for place, payload in enumerate(payloads) if payload["session"]]
    assert [payload["errors"] for payload in payloads if not payload["session"]] == [[INVALID_TOKEN]] * 3
    assert (await sign_in(password=passwords[successful]))["errors"] == []
    assert (await AuditEntry.filter(kind="PASSWORD_SET").count(), await Session.filter(ended_at=None).count()) == (1, 2)


async def test_the_first_used_token_of_a_member_revokes_the_others(database: str) -> None:
    member, other = await ada(), await ada(email="bob@example.org", name="Bob")
    first, other_token, second = (
        await new_token(member, MailKind.INVITATION),
        await new_token(other),
        await new_token(member),
    )
    assert await error_codes(first) == []
    assert await error_codes(second) == [INVALID]
    assert await error_codes(other_token) == []


@pytest.mark.parametrize(("kind", "hours"), [(MailKind.INVITATION, 7 * 24), (MailKind.PASSWORD_RESET, 1)])
async def test_a_token_expires(database: str, kind: MailKind, hours: int) -> None:
    member = await ada()
    token = await new_token(member, kind)
    (remaining,) = await fetch("SELECT extract(epoch FROM expires_at - now())::float8 AS seconds FROM password_token")
    assert hours * 3600 - 60 < remaining["seconds"] <= hours * 3600
    await fetch("UPDATE password_token SET expires_at = now()")
    assert await error_codes(token) == [INVALID]
    assert (await sign_in())["errors"] == []


async def test_tokens_are_stored_hashed(database: str) -> None:
    token = await new_token(await ada())
    (stored_token,) = await PasswordToken.all()
    assert (len(stored_token.digest), stored_token.digest == token, len(token)) == (64, False, 43)
    assert await error_codes(stored_token.digest) == [INVALID]


async def test_an_invalid_password_does_not_use_the_token(database: str) -> None:
    member = await ada()
    token = await new_token(member)
    too_short = problem(
        "password", "TOO_SHORT", "A password has at least 12 characters; this has 11.", minimum=12, length=11
    )
    too_long = problem(
        "password", "TOO_LONG", "A password has at most 200 characters; this has 201.", maximum=200, length=201
    )
    assert await set_password(token, "x" * 11) == {"session": None, "errors": [too_short]}
    assert await set_password(token, "x" * 201) == {"session": None, "errors": [too_long]}
    for _ in range(10):  # not counted as guesses, because the token is valid
        assert await error_codes(token, "x" * 1_000_000) == [(["password"], "TOO_LONG")]
    assert await error_codes(token, "correct horse\ud800") == [(["password"], "INVALID_FORMAT")]
    assert await error_codes(token, "") == [TOO_SHORT]
    assert (await sign_in())["errors"] == []
    assert await error_codes(token, "xj" * 6) == []
    assert (await sign_in(password="xj" * 6))["errors"] == []


async def test_errors_of_token_and_password_are_returned_together(database: str) -> None:
    await ada()
    assert await error_codes("nothing", "short") == [INVALID, TOO_SHORT]
    for token in ("", "\0", "\ud800", "x" * 1_000_000):
        await SignInFailures.all().delete()
        assert await error_codes(token) == [INVALID]


async def test_wrong_tokens_are_counted_by_client(database: str) -> None:
    await ada()
    assert [await error_codes("guess") for _ in range(TOKEN_LIMIT.free + 1)] == [[INVALID]] * (TOKEN_LIMIT.free + 1)
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour'")
    (rate_limited_error,) = (await set_password("guess"))["errors"]
    assert (rate_limited_error["path"], rate_limited_error["code"]) == ([], "RATE_LIMITED")
    ((name, seconds),) = [
        (parameter["name"], int(parameter["value"])) for parameter in rate_limited_error["parameters"]
    ]
    assert name == "retryAfter"
    assert 3500 < seconds <= 3600
    assert (await sign_in())["errors"] == []  # sign-ins are counted separately
    assert await error_codes("guess", client="192.0.2.2") == [INVALID]


async def test_a_valid_token_is_not_rate_limited(database: str) -> None:
    member = await ada()
    assert [await error_codes("guess") for _ in range(TOKEN_LIMIT.free + 1)] == [[INVALID]] * (TOKEN_LIMIT.free + 1)
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour'")
    assert await error_codes(await new_token(member)) == []


async def test_failed_sign_ins_do_not_delay_set_password(database: str) -> None:
    member = await ada()
    for place in range(EMAIL_LIMIT.free + 1):
        await sign_in(password="wrong", client=f"192.0.2.{place}")
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour' WHERE blocked_until > now()")
    assert [error["code"] for error in (await sign_in())["errors"]] == ["RATE_LIMITED"]
    assert await error_codes(await new_token(member)) == []
    assert (await sign_in(password=NEW_PASSWORD))["errors"] == []


async def test_no_session_of_the_old_password_survives(database: str) -> None:
    """Check that no session from a concurrent sign-in with the old password survives."""
    member = await ada()
    for number in range(5):
        token = await new_token(member)
        old_password = PASSWORD if number == 0 else f"{NEW_PASSWORD} {number - 1}"
        payload, sign_in_payload = await asyncio.gather(
            set_password(token, f"{NEW_PASSWORD} {number}"), sign_in(password=old_password)
        )
        assert payload["errors"] == []
        if sign_in_payload["session"] is not None:
            assert await viewer_name(sign_in_payload["session"]["accessToken"]) is None
        assert await viewer_name(payload["session"]["accessToken"]) == "Ada"


async def test_an_inactive_member_cannot_choose_a_password(database: str) -> None:
    member = await ada()
    token = await new_token(member)
    await Member.filter(id=member.id).update(active=False)
    assert await error_codes(token) == [INVALID]
    assert await make_token(member.id, MailKind.INVITATION) is None
    assert (await make.member(email="x@example.org")).password_hash is None
