"""Signing in with a passkey alone: what somebody has, and a PIN or biometric that its device has checked."""

import asyncio

from models import SignInMethod
from models.database import fetch, transaction
from services.accounts.clients import Client
from services.accounts.factor_changes import require_relying_party
from services.accounts.factors.attempts import clear_attempts
from services.accounts.factors.challenges import is_genuine, issue_challenge, use_challenge
from services.accounts.factors.passkeys import (
    Assertion,
    PasskeyRefused,
    read_assertion,
    sign_in_options,
    verify_assertion,
)
from services.accounts.factors.stored import StoredPasskey, count_use, find_passkey
from services.accounts.session_tokens import IssuedTokens, SignIn, open_session
from services.accounts.throttling import count_failed_token
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work

_PURPOSE = "sign in"
_REFUSED = Problem(
    (), ErrorCode.INVALID_CREDENTIALS, "The passkey was not accepted. Try again, or sign in with your password."
)


async def begin_passkey_sign_in(installation: Installation) -> str:
    """Return the options for signing in with any passkey as JSON, valid for five minutes.

    Nothing is stored. Raises ValidationFailed with PRECONDITION_FAILED if the installation cannot have passkeys.
    """
    party = require_relying_party(installation)
    return await asyncio.to_thread(sign_in_options, party, issue_challenge(installation, _PURPOSE))


async def sign_in_with_passkey(
    installation: Installation, *, credential: str, client: Client, device_token: str | None = None
) -> IssuedTokens:
    """Sign in the member whose passkey a browser has used with the options of ``begin_passkey_sign_in``.

    Raises ValidationFailed with INVALID_CREDENTIALS, whatever is wrong, and with RATE_LIMITED after too many failures of
    the client.
    """
    party = require_relying_party(installation)
    try:
        assertion = await asyncio.to_thread(
            read_assertion, credential, lambda challenge: is_genuine(installation, _PURPOSE, challenge)
        )
        passkey = await _find(assertion)
        sign_count = await asyncio.to_thread(
            verify_assertion, assertion, party, public_key=passkey.public_key, sign_count=passkey.sign_count
        )
    except PasskeyRefused:
        await count_failed_token(installation, network=client.network)
        raise ValidationFailed([_REFUSED]) from None
    sign_in = SignIn(client=client, method=SignInMethod.PASSKEY, second_factor=True, device_token=device_token)

    async def work() -> IssuedTokens:
        async with transaction():
            lock = "SELECT FROM member WHERE id = $1 AND active FOR SHARE"
            is_active = await fetch(lock, passkey.member_id)
            if (
                not is_active
                or not await use_challenge(assertion.challenge)
                or not await count_use(passkey, sign_count)
            ):
                raise ValidationFailed([_REFUSED])
            await clear_attempts(passkey.member_id)
            return await open_session(installation, passkey.member_id, sign_in)

    return await unit_of_work(work)


async def _find(assertion: Assertion) -> StoredPasskey:
    """Return the passkey that an assertion names, if it was made for the member whom its device names."""
    passkey = await find_passkey(assertion.credential_id)
    if passkey is None or assertion.user_handle != passkey.member_id.bytes:
        raise PasskeyRefused
    return passkey
