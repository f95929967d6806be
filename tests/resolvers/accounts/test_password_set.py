"""setPassword: a token from a mail works once, ends every session, and opens a fresh one."""

import asyncio
from datetime import datetime

import pytest

from models import AuditEntry, MailKind, Member, PasswordToken, Session, SignInFailures
from models.database import fetch
from services.accounts.password_tokens import make_token
from tests.support import factories as make
from tests.support.clients.graphql import ask_with
from tests.support.clients.password_links import FRESH, NO_TOKEN, SET, choose, codes
from tests.support.clients.sign_in import PASSWORD, ada, refresh, session, sign_in, who
from tests.support.scenarios.college import problem

INVALID: tuple[list[str], str] = ([], "INVALID_CREDENTIALS")
TOO_SHORT = (["password"], "TOO_SHORT")


async def token_of(member: Member, kind: MailKind = MailKind.PASSWORD_RESET) -> str:
    token = await make_token(member.id, kind)
    assert token is not None
    return token


async def test_it_ends_every_session_and_opens_a_fresh_one(database: str) -> None:
    member = await ada()
    before = [await session(), await session()]
    payload = await choose(await token_of(member))
    opened = payload["session"]
    assert payload == {"session": opened, "errors": []}
    assert opened["viewer"] == {"member": {"name": "Ada"}}
    assert datetime.fromisoformat(opened["accessTokenExpiresAt"])
    assert await who(opened["accessToken"]) == "Ada"
    assert (await refresh(opened["refreshToken"]))["errors"] == []
    for one in before:
        assert await who(one["accessToken"]) is None
        assert [error["code"] for error in (await refresh(one["refreshToken"]))["errors"]] == ["INVALID_CREDENTIALS"]
    assert [error["code"] for error in (await sign_in())["errors"]] == ["INVALID_CREDENTIALS"]
    assert (await sign_in(password=FRESH))["errors"] == []
    assert [
        (one.kind.value, one.organisation_id, one.actor_id, one.subject_id, one.details)
        for one in await AuditEntry.all()
    ] == [("PASSWORD_SET", member.organisation_id, member.id, member.id, {})]


async def test_what_is_asked_below_is_asked_by_whoever_has_just_entered(database: str) -> None:
    member = await ada()
    document = SET.replace("viewer { member { name } }", "viewer { member { name email } unreadNotifications }")
    answer = await ask_with(None, document, token=await token_of(member), password=FRESH)
    assert answer["data"]["setPassword"]["session"]["viewer"] == {
        "member": {"name": "Ada", "email": "ada@example.org"},
        "unreadNotifications": 0,
    }


async def test_a_token_works_once(database: str) -> None:
    member = await ada()
    token = await token_of(member)
    assert (await choose(token))["errors"] == []
    assert (await choose(token, "another password")) == {"session": None, "errors": [NO_TOKEN]}
    assert (await sign_in(password=FRESH))["errors"] == []
    assert await AuditEntry.all().count() == 1


async def test_of_many_at_once_with_one_token_one_is_heard(database: str) -> None:
    member = await ada()
    token = await token_of(member)
    passwords = [f"{FRESH} {number}" for number in range(4)]
    payloads = await asyncio.gather(*(choose(token, one) for one in passwords))
    (winner,) = [place for place, payload in enumerate(payloads) if payload["session"]]
    assert [payload["errors"] for payload in payloads if not payload["session"]] == [[NO_TOKEN]] * 3
    assert (await sign_in(password=passwords[winner]))["errors"] == []
    assert (await AuditEntry.all().count(), await Session.filter(ended_at=None).count()) == (1, 2)


async def test_only_the_newest_of_a_members_tokens_works(database: str) -> None:
    member, other = await ada(), await ada(email="bob@example.org", name="Bob")
    first, kept, second = await token_of(member, MailKind.INVITATION), await token_of(other), await token_of(member)
    assert await codes(first) == [INVALID]
    assert await codes(second) == []
    assert await codes(kept) == []


@pytest.mark.parametrize(("kind", "hours"), [(MailKind.INVITATION, 7 * 24), (MailKind.PASSWORD_RESET, 1)])
async def test_a_token_runs_out(database: str, kind: MailKind, hours: int) -> None:
    member = await ada()
    token = await token_of(member, kind)
    (left,) = await fetch("SELECT extract(epoch FROM expires_at - now())::float8 AS seconds FROM password_token")
    assert hours * 3600 - 60 < left["seconds"] <= hours * 3600
    await fetch("UPDATE password_token SET expires_at = now()")
    assert await codes(token) == [INVALID]
    assert (await sign_in())["errors"] == []


async def test_tokens_are_kept_hashed(database: str) -> None:
    token = await token_of(await ada())
    (kept,) = await PasswordToken.all()
    assert (len(kept.digest), kept.digest == token, len(token)) == (64, False, 43)
    assert await codes(kept.digest) == [INVALID]


async def test_a_password_has_12_to_200_characters_and_a_mistake_costs_no_token(database: str) -> None:
    member = await ada()
    token = await token_of(member)
    short = problem(
        "password", "TOO_SHORT", "A password has at least 12 characters; this has 11.", minimum=12, length=11
    )
    long = problem(
        "password", "TOO_LONG", "A password has at most 200 characters; this has 201.", maximum=200, length=201
    )
    assert await choose(token, "x" * 11) == {"session": None, "errors": [short]}
    assert await choose(token, "x" * 201) == {"session": None, "errors": [long]}
    for _ in range(10):  # they are no guesses: the token is right
        assert await codes(token, "x" * 1_000_000) == [(["password"], "TOO_LONG")]
    assert await codes(token, "correct horse\ud800") == [(["password"], "INVALID_FORMAT")]
    assert await codes(token, "") == [TOO_SHORT]
    assert (await sign_in())["errors"] == []
    assert await codes(token, "x" * 12) == []
    assert (await sign_in(password="x" * 12))["errors"] == []


async def test_both_mistakes_are_told_at_once(database: str) -> None:
    await ada()
    assert await codes("nothing", "short") == [INVALID, TOO_SHORT]
    for token in ("", "\0", "\ud800", "x" * 1_000_000):
        await SignInFailures.all().delete()
        assert await codes(token) == [INVALID]


async def test_wrong_tokens_are_counted_by_client(database: str) -> None:
    await ada()
    assert [await codes("guess") for _ in range(5)] == [[INVALID]] * 5
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour'")
    (limited,) = (await choose("guess"))["errors"]
    assert (limited["path"], limited["code"]) == ([], "RATE_LIMITED")
    ((name, seconds),) = [(one["name"], int(one["value"])) for one in limited["parameters"]]
    assert name == "retryAfter"
    assert 3500 < seconds <= 3600
    assert (await sign_in())["errors"] == []  # signing in is counted for itself
    assert await codes("guess", client="192.0.2.2") == [INVALID]


async def test_a_token_that_works_need_not_wait_for_wrong_ones(database: str) -> None:
    member = await ada()
    assert [await codes("guess") for _ in range(5)] == [[INVALID]] * 5
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour'")
    assert await codes(await token_of(member)) == []


async def test_whoever_failed_to_sign_in_need_not_wait_with_the_new_password(database: str) -> None:
    member = await ada()
    for place in range(5):
        await sign_in(password="wrong", client=f"192.0.2.{place}")
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour' WHERE failures = 5")
    assert [error["code"] for error in (await sign_in())["errors"]] == ["RATE_LIMITED"]
    assert await codes(await token_of(member)) == []
    assert (await sign_in(password=FRESH))["errors"] == []


async def test_a_session_that_was_being_opened_with_the_old_password_is_not(database: str) -> None:
    """Of a sign-in and a new password at once: no session of the old password outlives the new one."""
    member = await ada()
    for number in range(5):
        token = await token_of(member)
        old = PASSWORD if number == 0 else f"{FRESH} {number - 1}"
        payload, entered = await asyncio.gather(choose(token, f"{FRESH} {number}"), sign_in(password=old))
        assert payload["errors"] == []
        if entered["session"] is not None:
            assert await who(entered["session"]["accessToken"]) is None
        assert await who(payload["session"]["accessToken"]) == "Ada"


async def test_nobody_who_is_switched_off_chooses_a_password(database: str) -> None:
    member = await ada()
    token = await token_of(member)
    await Member.filter(id=member.id).update(active=False)
    assert await codes(token) == [INVALID]
    assert await make_token(member.id, MailKind.INVITATION) is None
    assert (await make.member(email="x@example.org")).password_hash is None
