"""Adding second factors of one's own: authenticator apps and passkeys. Each needs a recent sign-in.

Each is audited, and told to the member by email. Adding the first factor ends the member's other sessions in which none was
proved, and makes recovery codes.
"""

import asyncio
from dataclasses import dataclass

from models import AuditKind, Factor, FactorKind, MailKind
from models.database import fetch, transaction
from services.accounts.factor_changes import audit_details, lock_own_factors
from services.accounts.factors import stored
from services.accounts.factors.challenges import is_genuine, issue_challenge, use_challenge
from services.accounts.factors.passkeys import NewPasskey, PasskeyRefused, registration_options, verify_registration
from services.accounts.factors.recovery_codes import replace_recovery_codes
from services.accounts.factors.relying_party import RelyingParty, relying_party
from services.accounts.factors.stored import MAX_FACTORS
from services.accounts.factors.totp import provisioning_uri
from services.accounts.factors.totp_secrets import begin_enrolment, finish_enrolment
from services.audit import audit
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake
from services.kernel.checks import check_line
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_notice
from services.viewer import Viewer

MAX_NAME_LENGTH = 100

_TOO_MANY = Problem(
    (),
    ErrorCode.TOO_MANY,
    f"You have {MAX_FACTORS} second factors, which is the most. Remove one first.",
    (("maximum", str(MAX_FACTORS)),),
)

_WRONG_CODE = Problem(
    ("code",),
    ErrorCode.INVALID_CREDENTIALS,
    "The code is not the app's current one, or the secret is too old. Begin again.",
)

_WRONG_PASSKEY = Problem(
    ("credential",), ErrorCode.INVALID_CREDENTIALS, "The passkey was not accepted, or took too long. Begin again."
)

_SAME_PASSKEY = Problem(("credential",), ErrorCode.DUPLICATE, "This passkey has been added already.")

NO_PASSKEYS = Problem(
    (), ErrorCode.PRECONDITION_FAILED, "Passkeys need a server with a domain name, and this one has a network address."
)


@dataclass(frozen=True, slots=True)
class NewTotp:
    """The secret of an authenticator app that is about to be added, and the same as the address of a QR code."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class AddedFactor:
    """A factor that was added, and the recovery codes that the first one brings."""

    factor: Factor
    recovery_codes: list[str]


async def begin_totp(viewer: Viewer, installation: Installation) -> NewTotp:
    """Make a secret for an authenticator app, which ``add_totp`` takes within ten minutes. Raises ValidationFailed."""
    viewer.require_recent_sign_in()
    secret = await begin_enrolment(installation, viewer.member_id)
    return NewTotp(secret, provisioning_uri(secret, account=viewer.member.email, issuer=viewer.organisation.name))


async def add_totp(viewer: Viewer, installation: Installation, *, code: str, name: str) -> AddedFactor:
    """Add the authenticator app of ``begin_totp``, which shows this code. Raises ValidationFailed with all errors."""
    viewer.require_recent_sign_in()
    name = _check_name(name)

    async def work() -> AddedFactor:
        async with transaction():
            await lock_own_factors(viewer)
            match = await finish_enrolment(installation, viewer.member_id, "".join(code.split()))
            if match is None:
                raise ValidationFailed([_WRONG_CODE])
            new = stored.NewFactor(
                id=match.factor_id, kind=FactorKind.TOTP, name=name, secret=match.secret, last_step=match.step
            )
            return await _add(viewer, new)

    return await unit_of_work(work)


async def begin_passkey(viewer: Viewer, installation: Installation) -> str:
    """Return the options for a new passkey as JSON, valid for five minutes. Raises ValidationFailed."""
    viewer.require_recent_sign_in()
    party = require_relying_party(installation)
    challenge = issue_challenge(installation, _purpose(viewer))
    existing = await stored.credential_ids(viewer.member_id)
    return await asyncio.to_thread(registration_options, party, viewer.member, existing, challenge)


async def add_passkey(viewer: Viewer, installation: Installation, *, credential: str, name: str) -> AddedFactor:
    """Add the passkey that a browser has made with the options of ``begin_passkey``.

    Raises ValidationFailed with all errors.
    """
    viewer.require_recent_sign_in()
    party = require_relying_party(installation)
    name = _check_name(name)
    passkey = await _verify(viewer, installation, party, credential)

    async def work() -> AddedFactor:
        async with transaction():
            await lock_own_factors(viewer)
            if not await use_challenge(passkey.challenge):
                raise ValidationFailed([_WRONG_PASSKEY])
            new = stored.NewFactor(
                kind=FactorKind.PASSKEY,
                name=name,
                credential_id=passkey.credential_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
            )
            return await _add(viewer, new)

    return await unit_of_work(work)


def require_relying_party(installation: Installation) -> RelyingParty:
    """Return the installation's relying party; raise ValidationFailed with PRECONDITION_FAILED if it has none."""
    party = relying_party(installation)
    if party is None:
        raise ValidationFailed([NO_PASSKEYS])
    return party


def _check_name(name: str) -> str:
    errors = ErrorCollector()
    clean = check_line(
        errors.at("name"),
        name,
        label="The name",
        max_length=MAX_NAME_LENGTH,
        required_message="Give it a name by which you will know it.",
    )
    errors.raise_if_any()
    return clean


async def _verify(viewer: Viewer, installation: Installation, party: RelyingParty, credential: str) -> NewPasskey:
    purpose = _purpose(viewer)
    try:
        return await asyncio.to_thread(
            verify_registration, credential, party, lambda challenge: is_genuine(installation, purpose, challenge)
        )
    except PasskeyRefused:
        raise ValidationFailed([_WRONG_PASSKEY]) from None


def _purpose(viewer: Viewer) -> str:
    return f"add to {viewer.member_id} in {viewer.session_id}"


async def _add(viewer: Viewer, new: stored.NewFactor) -> AddedFactor:
    """Insert a factor in the caller's transaction, which has locked the member's row."""
    count = len(await stored.list_factors(viewer.member_id))
    if count >= MAX_FACTORS:
        raise ValidationFailed([_TOO_MANY])
    factor = await stored.insert_factor(viewer.member_id, new)
    if factor is None:
        raise ValidationFailed([_SAME_PASSKEY])
    codes = [] if count else await _protect(viewer)
    await audit(viewer, AuditKind.FACTOR_ADDED, viewer.member_id, audit_details(factor))
    await enqueue_notice(viewer.member_id, MailKind.FACTOR_ADDED)
    return AddedFactor(factor, codes)


async def _protect(viewer: Viewer) -> list[str]:
    """End the sessions in which the member's first factor was not proved, and return their recovery codes."""
    await fetch("UPDATE session SET second_factor = true WHERE id = $1", viewer.session_id)
    await fetch(
        "UPDATE session SET ended_at = now() WHERE member_id = $1 AND id <> $2 AND NOT second_factor AND ended_at IS NULL",
        viewer.member_id,
        viewer.session_id,
    )
    wake(SESSIONS, viewer.member_id)
    return await replace_recovery_codes(viewer.member_id)
