"""Signing in with a passkey alone: what somebody has, and a PIN or biometric that its device has checked."""

import asyncio
import logging
from dataclasses import dataclass

from models import Member, SignInMethod
from models.database import fetch, transaction
from services.accounts.factor_additions import require_relying_party
from services.accounts.factors.challenges import is_genuine, issue_challenge, use_challenge
from services.accounts.factors.passkeys import (
    Assertion,
    PasskeyRefused,
    read_assertion,
    sign_in_options,
    verify_assertion,
)
from services.accounts.factors.relying_party import RelyingParty
from services.accounts.factors.stored import StoredPasskey, count_use, find_passkey
from services.accounts.required_sign_on import refuse_without_sign_on
from services.accounts.sessions.clients import Client
from services.accounts.sessions.opening import IssuedTokens, SignIn, network_digest, open_session
from services.accounts.throttling import count_failed_token
from services.audit import audit_failed_sign_in
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work

_PURPOSE = "sign in"
_log = logging.getLogger("trackers.accounts")
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
    the client, and SIGN_ON_REQUIRED if the passkey is right.
    """
    party = require_relying_party(installation)
    passkey: StoredPasskey | None = None
    try:
        assertion = await asyncio.to_thread(
            read_assertion, credential, lambda challenge: is_genuine(installation, _PURPOSE, challenge)
        )
        passkey = await find_passkey(assertion.credential_id)
        use = await _verify(party, assertion, passkey)
        await refuse_without_sign_on(await Member.get(id=use.passkey.member_id))
        sign_in = SignIn(client=client, method=SignInMethod.PASSKEY, second_factor=True, device_token=device_token)
        return await unit_of_work(lambda: _open_session(installation, use, sign_in))
    except PasskeyRefused:
        await _record_failure(installation, client, passkey)
        raise ValidationFailed([_REFUSED]) from None


@dataclass(frozen=True, slots=True)
class _Use:
    """A use of a passkey that has been verified, and counts once."""

    passkey: StoredPasskey
    challenge: bytes
    sign_count: int


async def _verify(party: RelyingParty, assertion: Assertion, passkey: StoredPasskey | None) -> _Use:
    """Verify that an assertion is of a passkey, and for the member whom its device names. Raises PasskeyRefused."""
    if passkey is None or assertion.user_handle != passkey.member_id.bytes:
        raise PasskeyRefused
    sign_count = await asyncio.to_thread(
        verify_assertion, assertion, party, public_key=passkey.public_key, sign_count=passkey.sign_count
    )
    return _Use(passkey, assertion.challenge, sign_count)


async def _open_session(installation: Installation, use: _Use, sign_in: SignIn) -> IssuedTokens:
    """Open a session; raise PasskeyRefused if the challenge or the passkey was used or the member deactivated meanwhile."""
    member_id = use.passkey.member_id
    async with transaction():
        is_active = await fetch("SELECT FROM member WHERE id = $1 AND active FOR SHARE", member_id)
        if not is_active or not await use_challenge(use.challenge) or not await count_use(use.passkey, use.sign_count):
            raise PasskeyRefused
        return await open_session(installation, member_id, sign_in)


async def _record_failure(installation: Installation, client: Client, passkey: StoredPasskey | None) -> None:
    """Count a failure, and audit and log it if it was with a known passkey.

    Raises ValidationFailed with RATE_LIMITED while the client's network must wait; then it is not audited.
    """
    await count_failed_token(installation, network=client.network)
    network = network_digest(installation, client)
    if passkey is not None:
        details = {"method": SignInMethod.PASSKEY.value, "device": client.device_label, "network": network}
        await audit_failed_sign_in(passkey.email, details)
        _log.warning("sign-in failed: a passkey of member %s was refused, network %s", passkey.member_id, network)
    else:
        _log.warning("sign-in failed: an unknown passkey or an invalid answer, network %s", network)
