"""Choose a password by a link from a mail: request the mail, and use the link."""

from uuid import UUID

from models import AuditKind
from models.database import fetch, transaction
from services.accounts.password_tokens import revoke_tokens, token_owner, use_token
from services.accounts.passwords import check_password, hash_password
from services.accounts.sessions import SignedIn, end_sessions, open_session
from services.accounts.throttling import count_failed_token, count_mail_request, forget_failures
from services.audit import audit_for
from services.installation import Installation
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_password_reset

_INVALID_TOKEN = Problem(
    (), ErrorCode.INVALID_CREDENTIALS, "The link has been used, has run out, or never was one. Ask for a new one."
)


async def request_reset(*, email: str, client: str) -> None:
    """Send a mail with a link to the active member with this address, if there is one.

    Neither the answer nor the statements that run tell whether there is. Beyond some requests an hour, for one
    address or from one client, nothing is sent.
    """
    email = normalise_email(email)
    recipient = email if clean_text(email) is not None else ""  # nobody has an address that is no text
    async with transaction():
        if await count_mail_request(email=email, client=client):
            await enqueue_password_reset(recipient)


async def set_password(installation: Installation, *, token: str, password: str, client: str) -> SignedIn:
    """Set the password of the member to whom a token was sent, end their sessions, and sign them in.

    Raises ValidationFailed with INVALID_CREDENTIALS for a token that is unknown, used or expired, with the errors of
    the password at ``password``, or with RATE_LIMITED, which a valid token never is.
    """
    owner = await token_owner(token)
    errors = ErrorCollector()
    if owner is None:
        # Somebody with a valid link does not wait for the failures of others behind the same address.
        await count_failed_token(client=client)
        errors.extend([_INVALID_TOKEN])
    check_password(errors.at("password"), password)
    errors.raise_if_any()
    assert owner is not None
    member_id, digest = owner, await hash_password(password)
    signed_in = await unit_of_work(lambda: _set_password(installation, member_id, token, digest))
    await forget_failures(email=signed_in.viewer.member.email)
    return signed_in


async def _set_password(installation: Installation, member_id: UUID, token: str, digest: str) -> SignedIn:
    async with transaction():
        update = "UPDATE member SET password_hash = $2 WHERE id = $1 AND active RETURNING organisation_id"
        members = await fetch(update, member_id, digest)
        if not members or not await use_token(token):
            raise ValidationFailed([_INVALID_TOKEN])
        await revoke_tokens(member_id)
        await end_sessions(member_id)
        await audit_for(members[0]["organisation_id"], member_id, AuditKind.PASSWORD_SET, member_id, {})
        return await open_session(installation, member_id)
