"""Limits on guessing passwords: increasing waits after five failures, by email address and by client address."""

import asyncio

from models import Session, SignInFailures
from models.database import fetch
from tests.support.clients.sign_in import PASSWORD, ada, session, sign_in

INVALID = "INVALID_CREDENTIALS"


async def guess(client: int = 1, email: str = "ada@example.org", password: str = "wrong") -> str | int:
    """Attempt to sign in; return the error code, or the seconds to wait."""
    (problem,) = (await sign_in(email, password, client=f"192.0.2.{client}"))["errors"]
    if problem["code"] == "RATE_LIMITED":
        (parameter,) = problem["parameters"]
        assert parameter["name"] == "retryAfter"
        assert (problem["path"], problem["rule"]) == ([], None)
        seconds = int(parameter["value"])
        plural = "" if seconds == 1 else "s"
        assert problem["message"] == f"Too many attempts. Try again in {seconds} second{plural}."
        return seconds
    code: str = problem["code"]
    return code


async def must_wait(client: int = 1, email: str = "ada@example.org", password: str = "wrong") -> bool:
    """Return whether an attempt must wait, extending each wait to an hour so that no slow test outlasts it."""
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour' WHERE blocked_until IS NOT NULL")
    result = await guess(client, email, password)
    assert result == INVALID or 3000 < int(result) <= 3600
    return result != INVALID


async def end_waits() -> None:
    """End every wait."""
    await fetch("UPDATE sign_in_failures SET blocked_until = now() WHERE blocked_until IS NOT NULL")


async def last_waits() -> list[int]:
    """Return the waits in seconds of the email address and the client address since the last failure."""
    rows = await fetch("SELECT extract(epoch FROM blocked_until - last_at)::int AS seconds FROM sign_in_failures")
    return [row["seconds"] for row in rows]


async def test_waits_double_from_the_fifth_failure_on(database: str) -> None:
    await ada()
    assert [await guess() for _ in range(4)] == [INVALID] * 4
    assert await last_waits() == [None, None]
    waits = []
    for _ in range(13):
        assert await guess() == INVALID
        seconds, client_seconds = await last_waits()
        assert seconds == client_seconds
        waits.append(seconds)
        assert await must_wait()
        assert await must_wait(password=PASSWORD), "the right password must wait too"
        await end_waits()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert await Session.all().count() == 0


async def test_only_addresses_with_failures_must_wait(database: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    for client in range(5):  # one e-mail address from five clients
        assert await guess(client, "Ada@example.org ") == INVALID
    assert await must_wait(7)
    assert (await sign_in("bob@example.org", client="192.0.2.0"))["errors"] == []
    await SignInFailures.all().delete()
    for number in range(5):  # five e-mail addresses from one client
        assert await guess(1, f"nobody{number}@example.org") == INVALID
    assert await must_wait(1)
    assert (await sign_in(client="192.0.2.2"))["errors"] == []


async def test_success_clears_the_count_of_the_email_address(database: str) -> None:
    await ada()
    for _ in range(3):
        assert [await guess(client) for client in (1, 2, 3, 4)] == [INVALID] * 4
        await session(client="192.0.2.5")
    # The client addresses keep their counts: otherwise anyone with an account could clear them at will.
    assert await guess(1, "nobody@example.org") == INVALID
    assert await guess(1, "nobody@example.org") == INVALID
    assert await must_wait(1, "somebody@example.org")


async def test_success_uncounts_only_its_own_attempt(database: str) -> None:
    await ada()
    for number in range(4):
        assert await guess(1, f"nobody{number}@example.org") == INVALID
    for _ in range(6):
        await session(client="192.0.2.1")
    assert await guess(1, "nobody4@example.org") == INVALID
    assert await must_wait(1, "nobody5@example.org")


async def test_an_hour_without_attempts_clears_the_count(database: str) -> None:
    await ada()
    assert [await guess() for _ in range(5)] == [INVALID] * 5
    await fetch("UPDATE sign_in_failures SET last_at = now() - interval '61 minutes', blocked_until = now()")
    assert [await guess() for _ in range(5)] == [INVALID] * 5
    assert await must_wait()


async def test_concurrent_guesses_do_not_exceed_the_limit(database: str) -> None:
    await ada()
    answers = await asyncio.gather(*(guess() for _ in range(100)))
    guesses = answers.count(INVALID)
    # Five, or more if they took longer than the waits of 1, 2 and 4 seconds that followed.
    assert 5 <= guesses <= 8
    assert [row.failures for row in await SignInFailures.all()] == [guesses, guesses]

    # With a wait that no test outlasts, there is only one guess.
    await fetch("UPDATE sign_in_failures SET failures = 20, blocked_until = now()")
    answers = await asyncio.gather(*(guess(client) for client in range(1, 101)))
    assert answers.count(INVALID) == 1
    assert {type(answer) for answer in answers if answer != INVALID} == {int}
    assert await SignInFailures.filter(failures=21).count() == 1


async def test_keys_are_stored_hashed(database: str) -> None:
    await guess()
    keys = await SignInFailures.all().values_list("key", flat=True)
    assert len(keys) == 2
    assert all(len(str(key)) == 64 and int(str(key), 16) >= 0 for key in keys)
