"""``setPassword`` of a member with a second factor: the mailbox alone does not open the account."""

import pytest

from models import Factor, MailKind, PasswordToken
from models.database import fetch
from services.accounts.password_tokens import make_token
from tests.support.clients.signing_in.factors import add_passkey, add_totp, again, current_code, run_document, signed_in
from tests.support.clients.signing_in.sign_in import PASSWORD, ada, sign_in
from tests.support.scenarios.second_factors import NO_SESSION, WRONG_CODE, Json

SET_PASSWORD = """
mutation ($token: String!, $password: String!, $code: String) {
  setPassword(token: $token, password: $password, code: $code) {
    session { viewer { member { name } } } errors { path code message parameters { name value } }
  }
}
"""
NEW_PASSWORD = "a fresh password"


@pytest.mark.parametrize("kind", ["app", "recovery code"])
async def test_a_new_password_needs_the_code_and_the_link_works_until_then(database: str, kind: str) -> None:
    member = await ada()
    context = await signed_in(member)
    secret, codes = await add_totp(context)
    token = await make_token(member.id, MailKind.PASSWORD_RESET)
    entry: Json = {"token": token, "password": NEW_PASSWORD}
    payload = await run_document(SET_PASSWORD, **entry)
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["code"], "FACTOR_REQUIRED")]
    assert await run_document(SET_PASSWORD, **entry, code="000000") == NO_SESSION | {"errors": [WRONG_CODE]}
    assert (await again(context)).viewer is not None  # nothing has changed
    assert (await PasswordToken.get()).used_at is None
    payload = await run_document(SET_PASSWORD, **entry, code=current_code(secret) if kind == "app" else codes[0])
    assert payload == {"session": {"viewer": {"member": {"name": "Ada"}}}, "errors": []}
    (session,) = await fetch("SELECT method, second_factor FROM session WHERE ended_at IS NULL")
    assert dict(session) == {"method": "PASSWORD_LINK", "second_factor": True}
    assert [error["code"] for error in (await sign_in(password=PASSWORD))["errors"]] == ["INVALID_CREDENTIALS"]
    assert [error["code"] for error in (await sign_in(password=NEW_PASSWORD))["errors"]] == ["FACTOR_REQUIRED"]


async def test_guesses_with_a_link_are_counted_with_those_of_signing_in(database: str) -> None:
    member = await ada()
    await add_passkey(await signed_in(member))
    token = await make_token(member.id, MailKind.PASSWORD_RESET)
    codes = []
    for _ in range(6):
        payload = await run_document(SET_PASSWORD, token=token, password=NEW_PASSWORD, code="0000-0000-0000-0000")
        codes.append(payload["errors"][0]["code"])
    assert codes == ["INVALID_CREDENTIALS"] * 5 + ["RATE_LIMITED"]
    assert await Factor.all().count() == 1


async def test_an_invalid_link_says_nothing_of_factors(database: str) -> None:
    await add_totp(await signed_in(await ada()))
    payload = await run_document(SET_PASSWORD, token="unknown", password=NEW_PASSWORD)
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [([], "INVALID_CREDENTIALS")]
