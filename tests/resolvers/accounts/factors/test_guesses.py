"""Guessing codes: the waits, whom they concern, and what is mailed."""

import asyncio

from models.database import fetch
from tests.support.clients.factors import (
    add_totp,
    current_code,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.sign_in import ada
from tests.support.scenarios.second_factors import NO_SESSION, WRONG_CODE, mails


async def codes_tried() -> int:
    """Return the highest number of attempts that have been counted for anything."""
    return int((await fetch("SELECT coalesce(max(failures), 0) AS n FROM sign_in_failures"))[0]["n"])


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
    # A right code takes back five failures: the guesses of somebody else go on being slow.
    assert await codes_tried() == 18 - 5


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


async def test_hostile_codes_are_wrong(database: str) -> None:
    await add_totp(await signed_in(await ada()))
    for code in ("\x00", "\ud800", "٠١٢٣٤٥"):
        assert await sign_in_with_code(code) == NO_SESSION | {"errors": [WRONG_CODE]}
    assert await sign_in_with_code("0" * 5_000) == NO_SESSION | {"errors": [WRONG_CODE]}
