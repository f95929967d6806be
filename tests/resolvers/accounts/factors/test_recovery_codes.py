"""Recovery codes: single use, renewal, and what the last factor takes with it."""

from models import Factor, RecoveryCode, Session
from tests.support.clients.graphql import gid
from tests.support.clients.signing_in.factors import (
    REMOVE,
    RENEW,
    add_totp,
    run,
    sign_in_with_code,
    signed_in,
)
from tests.support.clients.signing_in.sign_in import ada, sign_in
from tests.support.scenarios.second_factors import NO_SESSION, WRONG_CODE, mails


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
