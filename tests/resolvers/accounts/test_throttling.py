"""Limits on guessing passwords: counts by device, by email address and network, by email address, and by network."""

import asyncio
from collections.abc import Sequence

import pytest

from models import Session, SignInFailures
from models.database import fetch
from services.accounts import throttling
from services.accounts.throttling import EMAIL_AND_NETWORK_LIMIT, EMAIL_LIMIT, NETWORK_LIMIT
from tests.support.clients.graphql import INSTALLATION
from tests.support.clients.signing_in.sign_in import PASSWORD, ada, session, sign_in

INVALID = "INVALID_CREDENTIALS"
FREE = EMAIL_AND_NETWORK_LIMIT.free


async def guess(
    client: int | str = 1, email: str = "ada@example.org", password: str = "wrong", device: str | None = None
) -> str | int:
    """Attempt to sign in; return the error code, or the seconds to wait."""
    address = client if isinstance(client, str) else f"192.0.2.{client}"
    payload = await sign_in(email, password, client=address, device=device)
    if not payload["errors"]:
        return "signed in"
    (problem,) = payload["errors"]
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


async def must_wait(
    client: int | str = 1, email: str = "ada@example.org", password: str = "wrong", device: str | None = None
) -> bool:
    """Return whether an attempt must wait, extending each wait to an hour so that no slow test outlasts it."""
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour' WHERE blocked_until IS NOT NULL")
    result = await guess(client, email, password, device)
    assert isinstance(result, str) or 3000 < result <= 3600
    return not isinstance(result, str)


async def end_waits() -> None:
    """End every wait."""
    await fetch("UPDATE sign_in_failures SET blocked_until = now() WHERE blocked_until IS NOT NULL")


async def last_waits() -> Sequence[int | None]:
    """Return the waits in seconds since the last failure, the longest first."""
    rows = await fetch("""SELECT extract(epoch FROM blocked_until - last_at)::int AS seconds FROM sign_in_failures
        ORDER BY seconds DESC NULLS LAST""")
    return [row["seconds"] for row in rows]


async def test_waits_double_after_five_free_failures(database: str) -> None:
    await ada()
    assert [await guess() for _ in range(FREE)] == [INVALID] * FREE
    assert await last_waits() == [None] * 3
    waits = []
    for _ in range(13):
        assert await guess() == INVALID
        waits.append((await last_waits())[0])
        assert await must_wait()
        assert await must_wait(password=PASSWORD), "the right password must wait too"
        await end_waits()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert await Session.all().count() == 0


async def test_an_office_with_five_typing_errors_works_on(database: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    assert [await guess() for _ in range(5)] == [INVALID] * 5
    assert await guess(email="bob@example.org", password=PASSWORD) == "signed in"
    assert await guess(password=PASSWORD) == "signed in"
    assert [await guess() for _ in range(5)] == [INVALID] * 5, "the success took the failures back"


async def test_seven_correct_sign_ins_at_once_are_seven_sessions(database: str) -> None:
    await ada()
    assert await asyncio.gather(*(guess(password=PASSWORD) for _ in range(7))) == ["signed in"] * 7
    assert await Session.all().count() == 7


async def test_others_in_the_network_do_not_wait_for_one_address(database: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    for _ in range(FREE + 1):
        await guess()
    assert await must_wait()
    assert not await must_wait(email="bob@example.org", password=PASSWORD)
    assert not await must_wait(2, password=PASSWORD), "the address from elsewhere"


async def test_a_known_device_has_its_own_count(database: str) -> None:
    await ada()
    device = (await session())["deviceToken"]
    for client in range(1, 40):  # everyone's guesses, also from the same network
        await guess(client)
        await guess(1)
        await end_waits()
    assert await must_wait(password=PASSWORD)
    assert not await must_wait(password=PASSWORD, device=device)
    assert [await guess(device=device) for _ in range(FREE + 1)] == [INVALID] * (FREE + 1)
    assert await must_wait(password=PASSWORD, device=device), "its own failures count"


@pytest.mark.parametrize("change", ["another's", "forged", "forgotten"])
async def test_only_a_device_that_is_the_members_is_known(database: str, change: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    device = (await session(email="bob@example.org" if change == "another's" else "ada@example.org"))["deviceToken"]
    if change == "forged":
        device = f"{'B' if device[0] == 'A' else 'A'}{device[1:]}"
    if change == "forgotten":
        await fetch("DELETE FROM device")
    for _ in range(FREE + 1):
        await guess()
    assert await must_wait(password=PASSWORD, device=device)


async def test_an_address_is_limited_slowly_over_all_networks(database: str) -> None:
    await ada()
    for client in range(EMAIL_LIMIT.free + 1):
        assert await guess(client) == INVALID
    assert await must_wait(200)
    await end_waits()
    assert await guess(201, password=PASSWORD) == "signed in"
    assert await guess(202) == INVALID
    assert await must_wait(203), "a success from elsewhere does not take back the failures of others"


async def test_a_network_is_limited_generously(database: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="bob@example.org")
    (own, _, network) = throttling.sign_in_counts(INSTALLATION, email="x", network="2001:db8::/64", known_device=None)
    await throttling.count_failure([network])
    await fetch("UPDATE sign_in_failures SET failures = $1", NETWORK_LIMIT.free - 6)
    for place in range(6):  # a network is the /64 of IPv6 addresses
        assert await guess(f"2001:db8::{place}", f"nobody{place}@example.org") == INVALID
    assert await guess("2001:db8::a", "bob@example.org") == INVALID
    assert await must_wait("2001:db8::b", password=PASSWORD)
    assert not await must_wait("2001:db8:0:1::b", password=PASSWORD)
    await end_waits()
    assert await guess("2001:db8::c", "bob@example.org", PASSWORD) == "signed in"
    (row,) = await SignInFailures.filter(key=network.key)
    assert row.failures == NETWORK_LIMIT.free, "the success has taken back one failure, its own member's"
    assert own.limit == EMAIL_AND_NETWORK_LIMIT


async def test_an_hour_without_failures_clears_the_count(database: str) -> None:
    await ada()
    assert [await guess() for _ in range(FREE + 1)] == [INVALID] * (FREE + 1)
    await fetch("UPDATE sign_in_failures SET last_at = now() - interval '61 minutes', blocked_until = now()")
    assert [await guess() for _ in range(FREE + 1)] == [INVALID] * (FREE + 1)
    assert await must_wait()


async def test_concurrent_guesses_are_answered_as_consecutive_ones_are(database: str) -> None:
    await ada()
    answers: list[str | int] = []
    for _ in range(5):  # each time as many as may wait for a thread
        answers += await asyncio.gather(*(guess() for _ in range(20)))
    guesses = answers.count(INVALID)
    # One after the free ones, or more if they took longer than the waits of 1, 2 and 4 seconds that followed.
    assert FREE + 1 <= guesses <= FREE + 4
    assert [row.failures for row in await SignInFailures.all()] == [guesses] * 3

    # With a wait that no test outlasts, there is only one guess, and the right password among them is not told.
    await fetch("UPDATE sign_in_failures SET failures = 40, blocked_until = now()")
    answers = await asyncio.gather(*(guess() for _ in range(20)))
    assert answers.count(INVALID) == 1
    assert {type(answer) for answer in answers if answer != INVALID} == {int}
    answers = await asyncio.gather(*(guess(password=PASSWORD) for _ in range(5)))
    assert {type(answer) for answer in answers} == {int}


async def test_a_success_that_comes_too_late_is_not_told(database: str) -> None:
    await ada()
    for _ in range(FREE):
        await guess()
    answers = await asyncio.gather(*(guess() for _ in range(19)), guess(password=PASSWORD))
    told = [answer for answer in answers if isinstance(answer, str)]
    assert len(told) <= 3, "the wrong one that starts the wait, and what came after a wait of a second"


async def test_keys_are_stored_hashed_with_the_secret(database: str) -> None:
    await guess()
    keys = await SignInFailures.all().values_list("key", flat=True)
    assert len(keys) == 3
    assert all(len(str(key)) == 64 and int(str(key), 16) >= 0 for key in keys)
    counts = throttling.sign_in_counts(INSTALLATION, email="ada@example.org", network="192.0.2.1", known_device=None)
    assert {count.key for count in counts} == set(map(str, keys))
