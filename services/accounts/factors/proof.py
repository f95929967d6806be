"""Proving a second factor by a code, beside a password or a link from an email."""

import re
from uuid import UUID

from models import MailKind
from models.database import fetch
from services.accounts.factors.attempts import count_attempt, take_back_attempts
from services.accounts.factors.recovery_codes import use_recovery_code
from services.accounts.factors.totp_secrets import use_totp_code
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.mail_queue import enqueue_notice

MAX_CODE_CHARACTERS = 50
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_SPACES = re.compile(r"\s+")

_REQUIRED = Problem(
    ("code",),
    ErrorCode.FACTOR_REQUIRED,
    "Enter the code of your authenticator app, or a recovery code. With a passkey, sign in by it instead.",
)
_WRONG = Problem(("code",), ErrorCode.INVALID_CREDENTIALS, "The code is wrong, or has been used already.")


async def has_factor(member_id: UUID) -> bool:
    """Return whether a member has a second factor."""
    return bool(await fetch("SELECT FROM factor WHERE member_id = $1 LIMIT 1", member_id))


async def count_code(member_id: UUID, code: str | None) -> bool:
    """Count an attempt to prove a second factor, before the transaction in which ``use_code`` checks it.

    Return False if the member has none. Raises ValidationFailed with FACTOR_REQUIRED if they have one and there is no
    code, and with RATE_LIMITED after too many wrong ones, both at ``code``.
    """
    if not await has_factor(member_id):
        return False
    if not (code or "").strip():
        raise ValidationFailed([_REQUIRED])
    await count_attempt(member_id)
    return True


async def use_code(installation: Installation, member_id: UUID, code: str | None, *, counted: bool) -> bool:
    """Check and use up a code in the caller's transaction, which has locked the member's row.

    Return whether a second factor is proved: False if the member has none. Raises ValidationFailed at ``code`` with
    INVALID_CREDENTIALS, or with FACTOR_REQUIRED if the member's first factor was added since ``count_code`` said False.
    """
    if not await has_factor(member_id):
        return False
    if not counted:
        raise ValidationFailed([_REQUIRED])
    clean = _SPACES.sub("", (code or "")[:MAX_CODE_CHARACTERS])
    if _SIX_DIGITS.fullmatch(clean):
        is_right = await use_totp_code(installation, member_id, clean)
    else:
        is_right = await use_recovery_code(member_id, clean)
        if is_right:
            await enqueue_notice(member_id, MailKind.RECOVERY_CODE_USED)
    if not is_right:
        raise ValidationFailed([_WRONG])
    await take_back_attempts(member_id)
    return True
