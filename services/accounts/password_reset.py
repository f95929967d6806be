"""Choosing a password with a link from an email: requesting the email, and using the link."""

from uuid import UUID

from models import AuditKind, Member, SignInMethod
from models.database import fetch, transaction
from services.accounts.factors.proof import count_code, use_code
from services.accounts.hashing_queue import Sender
from services.accounts.password_rules import check_password, names_of
from services.accounts.password_tokens import is_by_operator, revoke_tokens, token_owner, use_token
from services.accounts.passwords import hash_password
from services.accounts.required_sign_on import refuse_without_sign_on
from services.accounts.sessions.clients import Client
from services.accounts.sessions.ending import end_sessions
from services.accounts.sessions.opening import IssuedTokens, SignIn, open_session
from services.accounts.throttling import clear_failures, count_email_request, count_failed_token
from services.audit import audit_for
from services.installation import Installation
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email
from services.kernel.unit_of_work import unit_of_work
from services.mail_queue import enqueue_password_changed, enqueue_password_reset

_INVALID_TOKEN = Problem(
    (), ErrorCode.INVALID_CREDENTIALS, "The link is invalid, has expired or has already been used. Request a new one."
)


async def request_reset(installation: Installation, *, email: str, client: Client) -> None:
    """Send a password reset email to the active member with this address, if there is one.

    Neither the answer nor the executed statements reveal whether the member exists. No email is sent once the hourly
    limit of the address or of the client's network is exceeded.
    """
    email = normalise_email(email)
    recipient = email if clean_text(email) is not None else ""  # matches no member
    async with transaction():
        if await count_email_request(installation, email=email, network=client.network):
            await enqueue_password_reset(recipient)


async def set_password(
    installation: Installation, *, token: str, password: str, code: str | None = None, client: Client
) -> IssuedTokens:
    """Set the password of the member to whom a token was sent, end their sessions, sign them in, and mail them about it.

    Raises ValidationFailed with INVALID_CREDENTIALS if the token is unknown, used or expired, with the errors of the
    password at ``password``, or with RATE_LIMITED after too many invalid tokens; a valid token is never rate-limited. If the
    member has a second factor, also with the errors of ``factors.proof`` at ``code``; then the link still works.
    Where single sign-on is required, only the operator's links work, and others raise SIGN_ON_REQUIRED.
    """
    member = await _check(installation, token, password, client)
    digest = await hash_password(password, Sender(f"member {member.id}", "", is_known=True))
    counted = await count_code(member.id, code)

    async def work() -> IssuedTokens:
        async with transaction():
            await _write_password(member.id, token, digest)
            second_factor = await use_code(installation, member.id, code, counted=counted)
            await audit_for(member.organisation_id, member.id, AuditKind.PASSWORD_SET, member.id, {})
            sign_in = SignIn(client=client, method=SignInMethod.PASSWORD_LINK, second_factor=second_factor)
            tokens = await open_session(installation, member.id, sign_in)
            await enqueue_password_changed(member.id, tokens.viewer.session_id)
            return tokens

    tokens = await unit_of_work(work)
    await clear_failures(installation, email=member.email, network=client.network)
    return tokens


async def _check(installation: Installation, token: str, password: str, client: Client) -> Member:
    """Check a token and a new password, and return whose token it is. Raises ValidationFailed with all errors."""
    owner = await token_owner(token)
    errors = ErrorCollector()
    if owner is None:
        # Only invalid tokens count, so that a valid link is not delayed by other people behind the same address.
        await count_failed_token(installation, network=client.network)
        errors.extend([_INVALID_TOKEN])
    check_password(errors.at("password"), password, () if owner is None else names_of(*owner))
    errors.raise_if_any()
    assert owner is not None
    if not await is_by_operator(token):
        await refuse_without_sign_on(owner[0])
    return owner[0]


async def _write_password(member_id: UUID, token: str, digest: str) -> None:
    """Use up a token in the caller's transaction, set the password, and end the member's sessions."""
    update = "UPDATE member SET password_hash = $2 WHERE id = $1 AND active RETURNING id"
    if not await fetch(update, member_id, digest) or not await use_token(token):
        raise ValidationFailed([_INVALID_TOKEN])
    await revoke_tokens(member_id)
    await end_sessions(member_id)
