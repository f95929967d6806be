"""Guessing codes: the waits, whom they concern, and what is mailed."""

import asyncio
import time

from models.database import fetch
from tests.support.clients.signing_in.factors import (
    add_totp,
    current_code,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada
from tests.support.scenarios.second_factors import NO_SESSION, WRONG_CODE, attempts_within, mails


async def codes_tried() -> int:
    """Return the highest number of attempts that have been counted for anything but mails."""
    statement = "SELECT coalesce(max(failures), 0) AS n FROM sign_in_failures WHERE key NOT LIKE 'mails %'"
    return int((await fetch(statement))[0]["n"])


async def end_waits(seconds: int = 0) -> None:
    """Let all waits end now, or in some seconds."""
    await fetch("UPDATE sign_in_failures SET blocked_until = now() + make_interval(secs => $1)", float(seconds))


async def test_guesses_are_slowed_down_and_mailed(database: str) -> None:
    secret, codes = await add_totp(await signed_in(await ada()))
    waits = []
    for _ in range(18):
        await end_waits()
        assert await sign_in_with_code("000000") == NO_SESSION | {"errors": [WRONG_CODE]}
        (row,) = await fetch(
            "SELECT extract(epoch FROM blocked_until - last_at)::int AS wait FROM sign_in_failures "
            "WHERE key NOT LIKE 'mails %'"
        )
        waits.append(row["wait"])
    assert waits == [None, None, None, None, *(2**number for number in range(12)), 3600, 3600]
    assert await mails() == ["FACTOR_ADDED", "WRONG_CODES"]
    await end_waits(900)
    for code in ("000000", current_code(secret), codes[0]):  # a right one has to wait as well
        payload = await sign_in_with_code(code, client=f"192.0.2.{len(code)}")
        assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["code"], "RATE_LIMITED")]
        assert 600 < int(payload["errors"][0]["parameters"][0]["value"]) <= 900
    await end_waits()
    assert (await sign_in_with_code(current_code(secret)))["errors"] == []
    # A right code takes back five failures: the guesses of somebody else go on being slow.
    assert await codes_tried() == 18 - 5


async def test_concurrent_guesses_do_not_exceed_the_limit(database: str) -> None:
    await add_totp(await signed_in(await ada()))
    started_at = time.monotonic()
    payloads = await asyncio.gather(*(sign_in_with_code(f"{number:06}") for number in range(20)))
    outcomes = [payload["errors"][0]["code"] for payload in payloads]
    assert set(outcomes) == {"INVALID_CREDENTIALS", "RATE_LIMITED"}
    assert 5 <= outcomes.count("INVALID_CREDENTIALS") <= attempts_within(time.monotonic() - started_at)


async def test_guesses_at_one_member_do_not_make_another_wait(database: str) -> None:
    member = await ada()
    await add_totp(await signed_in(member))
    bob = await ada(await member.organisation, name="Bob", email="bob@example.org")
    secret, _ = await add_totp(await signed_in(bob))
    for _ in range(6):
        await sign_in_with_code("000000")
    assert (await sign_in_with_code(current_code(secret), email="bob@example.org"))["errors"] == []


async def test_hostile_codes_are_wrong(database: str) -> None:
    await add_totp(await signed_in(await ada()))
    for code in ("\x00", "\ud800", "٠١٢٣٤٥"):
        assert await sign_in_with_code(code) == NO_SESSION | {"errors": [WRONG_CODE]}
    assert await sign_in_with_code("0" * 5_000) == NO_SESSION | {"errors": [WRONG_CODE]}
