"""Signing in with an email address and a password."""

from models import Member, SignInMethod
from models.database import fetch, transaction
from services.accounts.clients import Client
from services.accounts.factors.proof import count_code, use_code
from services.accounts.passwords import verify_password
from services.accounts.session_tokens import IssuedTokens, SignIn, open_session
from services.accounts.throttling import count_sign_in, uncount_sign_in
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import clean_text, normalise_email

_WRONG_CREDENTIALS = Problem((), ErrorCode.INVALID_CREDENTIALS, "The e-mail address or the password is wrong.")


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
    ``factors.proof`` at ``code``, after the password was right.
    """
    email = normalise_email(email)
    await count_sign_in(email=email, client=client.address)
    member = await Member.get_or_none(email=email, active=True) if clean_text(email) is not None else None
    if not await verify_password(password, member.password_hash if member else None) or member is None:
        raise ValidationFailed([_WRONG_CREDENTIALS])
    await uncount_sign_in(email=email, client=client.address)
    counted = await count_code(member.id, code)
    async with transaction():
        # The member may have been deactivated, or their password changed, since it was verified.
        lock_unchanged = "SELECT FROM member WHERE id = $1 AND active AND password_hash = $2 FOR SHARE"
        if not await fetch(lock_unchanged, member.id, member.password_hash):
            raise ValidationFailed([_WRONG_CREDENTIALS])
        second_factor = await use_code(installation, member.id, code, counted=counted)
        proof = SignIn(
            client=client, method=SignInMethod.PASSWORD, second_factor=second_factor, device_token=device_token
        )
        return await open_session(installation, member.id, proof)
