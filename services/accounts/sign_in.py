"""Signing in with an email address and a password."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from models import Member, SignInMethod
from models.database import fetch, transaction
from models.rows import columns, row
from services.accounts.factors.proof import count_code, use_code
from services.accounts.hashing_queue import Sender
from services.accounts.passwords import verify_password
from services.accounts.required_sign_on import refuse_without_sign_on
from services.accounts.sessions.clients import Client
from services.accounts.sessions.devices import read_device_token
from services.accounts.sessions.opening import IssuedTokens, SignIn, network_digest, open_session
from services.accounts.throttling import Count, count_failure, require_no_wait, sign_in_counts, take_back_failures
from services.audit import audit_failed_sign_in
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email

_WRONG_CREDENTIALS = Problem((), ErrorCode.INVALID_CREDENTIALS, "The e-mail address or the password is wrong.")

_log = logging.getLogger("trackers.accounts")


@cache
def _select_candidate() -> str:
    return f"""
    SELECT {columns(Member, "m")}, EXISTS (SELECT FROM device WHERE id = $2 AND member_id = m.id) AS is_known
    FROM member m WHERE m.email = $1 AND m.active
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """An attempt to sign in: the active member with the address, if there is one, and the device if it is known as theirs."""

    email: str
    client: Client
    device_token: str | None
    member: Member | None
    known_device: UUID | None

    @property
    def sender(self) -> Sender:
        """Return on whose behalf the password is hashed."""
        if self.known_device is not None:
            return Sender(f"device {self.known_device}", "", is_known=True)
        return Sender(self.client.network, self.email)

    def counts(self, installation: Installation) -> tuple[Count, ...]:
        """Return the counts to which the attempt is added if it fails."""
        return sign_in_counts(
            installation, email=self.email, network=self.client.network, known_device=self.known_device
        )


async def sign_in(
    installation: Installation,
    *,
    email: str,
    password: str,
    code: str | None = None,
    client: Client,
    device_token: str | None = None,
) -> IssuedTokens:
    """Sign in a member, and return the tokens of the new session.

    Raises ValidationFailed with RATE_LIMITED, or with INVALID_CREDENTIALS, which does not distinguish between an
    unknown address, a wrong password and an inactive member. If the member has a second factor, also with the errors of
    ``factors.proof`` at ``code``, after the password was right, and with SIGN_ON_REQUIRED
    if it is.
    """
    attempt = await _find(installation, normalise_email(email), client, device_token)
    try:
        return await _check_and_open(installation, attempt, password, code)
    except ValidationFailed as refusal:
        (problem,) = refusal.problems
        if problem.path == ("code",):
            await _audit(installation, attempt, {"code": problem.code.value})
        _log.warning("sign-in failed: %s, %s", _reason(problem), _describe(installation, attempt))
        raise


async def _check_and_open(
    installation: Installation, attempt: _Attempt, password: str, code: str | None
) -> IssuedTokens:
    counts = attempt.counts(installation)
    await require_no_wait(counts)
    digest = attempt.member.password_hash if attempt.member else None
    matches = await verify_password(password, digest, attempt.sender)
    tokens = await _open_session(installation, attempt, counts, code) if matches else None
    if tokens is None:
        await _record_failure(installation, attempt, counts)
        raise ValidationFailed([_WRONG_CREDENTIALS])
    return tokens


async def _find(installation: Installation, email: str, client: Client, device_token: str | None) -> _Attempt:
    device_id = read_device_token(installation, device_token)
    address = email if clean_text(email) is not None else ""  # which is no member's
    records = await fetch(_select_candidate(), address, device_id)
    return _Attempt(
        email=email,
        client=client,
        device_token=device_token,
        member=row(Member, "m", records[0]) if records else None,
        known_device=device_id if records and records[0]["is_known"] else None,
    )


async def _open_session(
    installation: Installation, attempt: _Attempt, counts: tuple[Count, ...], code: str | None
) -> IssuedTokens | None:
    """Open a session; return None if the member was deactivated or their password changed since it was verified."""
    assert attempt.member is not None
    await refuse_without_sign_on(attempt.member)
    counted = await count_code(attempt.member.id, code)
    async with transaction():
        lock_unchanged = "SELECT FROM member WHERE id = $1 AND active AND password_hash = $2 FOR SHARE"
        if not await fetch(lock_unchanged, attempt.member.id, attempt.member.password_hash):
            return None
        await take_back_failures(counts)
        proof = SignIn(
            client=attempt.client,
            method=SignInMethod.PASSWORD,
            second_factor=await use_code(installation, attempt.member.id, code, counted=counted),
            device_token=attempt.device_token,
        )
        return await open_session(installation, attempt.member.id, proof)


async def _record_failure(installation: Installation, attempt: _Attempt, counts: tuple[Count, ...]) -> None:
    """Count and audit a wrong password. The same statements run whether or not there is a member with the address."""
    async with transaction():
        await count_failure(counts)
        await _audit(installation, attempt, {})


async def _audit(installation: Installation, attempt: _Attempt, reason: Mapping[str, str]) -> None:
    address = attempt.email if clean_text(attempt.email) is not None else ""
    details = {
        "device": attempt.client.device_label,
        "known_device": attempt.known_device is not None,
        "network": network_digest(installation, attempt.client),
    }
    await audit_failed_sign_in(address, {**details, **reason})


def _reason(problem: Problem) -> str:
    return f"{problem.code.value} at the second factor" if problem.path == ("code",) else problem.code.value


def _describe(installation: Installation, attempt: _Attempt) -> str:
    """Return who tried to sign in and from where, for the log."""
    digest = installation.keyed_digest("e-mail", attempt.email)[:16]
    device = "new" if attempt.known_device is None else "known"
    return f"e-mail address {digest}, {device} device, network {network_digest(installation, attempt.client)}"
