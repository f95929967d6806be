"""Adding and removing one's second factors, and making new recovery codes. Each needs a recent sign-in.

Each change is audited, and told to the member by email. Adding the first factor ends the member's other sessions, in which
none was proved, and makes recovery codes; removing the last one makes the codes void.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from models import AuditKind, Factor, FactorKind, MailKind
from models.database import fetch, transaction
from services.accounts.factors import stored
from services.accounts.factors.challenges import is_genuine, issue_challenge, use_challenge
from services.accounts.factors.passkeys import NewPasskey, PasskeyRefused, registration_options, verify_registration
from services.accounts.factors.recovery_codes import delete_recovery_codes, replace_recovery_codes
from services.accounts.factors.relying_party import RelyingParty, relying_party
from services.accounts.factors.totp import provisioning_uri
from services.accounts.factors.totp_secrets import begin_enrolment, finish_enrolment
from services.audit import audit
from services.installation import Installation
from services.kernel.channels import SESSIONS, wake
from services.kernel.checks import check_line
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, UnauthenticatedError, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_notice
from services.viewer import Viewer

MAX_NAME_LENGTH = 100

_TOO_MANY = Problem(
    (),
    ErrorCode.TOO_MANY,
    f"You have {stored.MAX_FACTORS} second factors, which is the most. Remove one first.",
    (("maximum", str(stored.MAX_FACTORS)),),
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
_NOT_FOUND = Problem(("id",), ErrorCode.NOT_FOUND, "There is no such second factor.")
_LAST = Problem(
    ("id",),
    ErrorCode.FORBIDDEN,
    "Your organisation demands a second factor, and this is your last: add another one first.",
)
_NONE = Problem((), ErrorCode.NOT_FOUND, "You have no second factor that recovery codes could stand in for.")
NO_PASSKEYS = Problem(
    (), ErrorCode.PRECONDITION_FAILED, "Passkeys need a server with a domain name, and this one has a network address."
)

# Sessions of single sign-on have proved what the provider asks for.
_FORGET_PROOF = "UPDATE session SET second_factor = false WHERE member_id = $1 AND method <> 'SIGN_ON'"


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
    """Make a secret for an authenticator app, which waits ten minutes for ``add_totp``. Raises ValidationFailed."""
    viewer.require_recent_sign_in()
    secret = await begin_enrolment(installation, viewer.member_id)
    return NewTotp(secret, provisioning_uri(secret, account=viewer.member.email, issuer=viewer.organisation.name))


async def add_totp(viewer: Viewer, installation: Installation, *, code: str, name: str) -> AddedFactor:
    """Add the authenticator app of ``begin_totp``, which shows this code. Raises ValidationFailed with all errors."""
    viewer.require_recent_sign_in()
    name = _check_name(name)

    async def work() -> AddedFactor:
        async with transaction():
            await _lock_member(viewer.member_id)
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
            await _lock_member(viewer.member_id)
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


async def remove_factor(viewer: Viewer, factor_id: UUID) -> None:
    """Remove one of the viewer's factors, unless it is the last and one is demanded. Raises ValidationFailed."""
    viewer.require_recent_sign_in()

    async def work() -> None:
        async with transaction():
            await _lock_member(viewer.member_id)
            factors = await stored.list_factors(viewer.member_id)
            factor = next((factor for factor in factors if factor.id == factor_id), None)
            if factor is None:
                raise ValidationFailed([_NOT_FOUND])
            is_last = len(factors) == 1
            if is_last and viewer.is_factor_demanded:
                raise ValidationFailed([_LAST])
            await stored.delete_factor(factor_id)
            if is_last:
                await delete_recovery_codes(viewer.member_id)
                # If the organisation demands a factor later, these sessions must prove one.
                await fetch(_FORGET_PROOF, viewer.member_id)
            await audit(viewer, AuditKind.FACTOR_REMOVED, viewer.member_id, _details(factor))
            await enqueue_notice(viewer.member_id, MailKind.FACTOR_REMOVED)

    await unit_of_work(work)


async def renew_recovery_codes(viewer: Viewer) -> list[str]:
    """Return ten new recovery codes; the earlier ones become void. Raises ValidationFailed without any factor."""
    viewer.require_recent_sign_in()

    async def work() -> list[str]:
        async with transaction():
            await _lock_member(viewer.member_id)
            if not await stored.list_factors(viewer.member_id):
                raise ValidationFailed([_NONE])
            codes = await replace_recovery_codes(viewer.member_id)
            await audit(viewer, AuditKind.RECOVERY_CODES_RENEWED, viewer.member_id, {})
            await enqueue_notice(viewer.member_id, MailKind.RECOVERY_CODES)
            return codes

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


async def _lock_member(member_id: UUID) -> None:
    """Serialise changes to a member's factors, and sign-ins with them, until the caller's transaction ends."""
    if not await fetch("SELECT FROM member WHERE id = $1 AND active FOR NO KEY UPDATE", member_id):
        raise UnauthenticatedError


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
    if count >= stored.MAX_FACTORS:
        raise ValidationFailed([_TOO_MANY])
    factor = await stored.insert_factor(viewer.member_id, new)
    if factor is None:
        raise ValidationFailed([_SAME_PASSKEY])
    codes = [] if count else await _protect(viewer)
    await audit(viewer, AuditKind.FACTOR_ADDED, viewer.member_id, _details(factor))
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


def _details(factor: Factor) -> dict[str, str]:
    return {"kind": factor.kind.value, "name": factor.name}
