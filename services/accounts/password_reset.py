"""Choosing a password by a link from a mail: asking for the mail, and using the link."""

from uuid import UUID

from models import AuditKind
from models.database import fetch, transaction
from services.accounts.mail_requests import may_ask
from services.accounts.members import password_problems
from services.accounts.password_tokens import owner_of, use_token, withdraw_tokens
from services.accounts.passwords import hash_password
from services.accounts.sessions import SignedIn, end_sessions, open_session
from services.accounts.throttling import count_failed_token, forget_failures
from services.audit import audit_for
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_password_reset

_NO_TOKEN = Problem(
    (), ErrorCode.INVALID_CREDENTIALS, "The link has been used, has run out, or never was one. Ask for a new one."
)


async def request_reset(*, email: str, client: str) -> None:
    """Have a mail with a link sent to the active member of this address, if there is one.

    Nothing tells whether there is: not the answer, and not what is done for it. Beyond some requests an hour, for
    one address or from one client, nothing is sent.
    """
    email = normalise_email(email)
    known = email if clean_text(email) is not None else ""  # what is no text is nobody's address
    async with transaction():
        if await may_ask(email=email, client=client):
            await enqueue_password_reset(known)


async def set_password(installation: Installation, *, token: str, password: str, client: str) -> SignedIn:
    """Give the member to whom a token belongs this password, end their sessions, and sign them in.

    Raises ValidationFailed: INVALID_CREDENTIALS for a token that is unknown, used or has run out, what is wrong with the
    password at ``password``, or RATE_LIMITED, which a token that works never is.
    """
    owner = await owner_of(token)
    if owner is None:
        # Whoever has a link that works does not wait for what others at the same address got wrong.
        await count_failed_token(client=client)
    problems = [*([] if owner else [_NO_TOKEN]), *password_problems(password)]
    if owner is None or problems:
        raise ValidationFailed(problems)
    digest = await hash_password(password)
    signed_in = await unit_of_work(lambda: _set(installation, owner, token, digest))
    await forget_failures(email=signed_in.viewer.member.email)
    return signed_in


async def _set(installation: Installation, owner: UUID, token: str, digest: str) -> SignedIn:
    async with transaction():
        written = "UPDATE member SET password_hash = $2 WHERE id = $1 AND active RETURNING organisation_id"
        found = await fetch(written, owner, digest)
        if not found or not await use_token(token):
            raise ValidationFailed([_NO_TOKEN])
        await withdraw_tokens(owner)
        await end_sessions(owner)
        await audit_for(found[0]["organisation_id"], owner, AuditKind.PASSWORD_SET, owner, {})
        return await open_session(installation, owner)
