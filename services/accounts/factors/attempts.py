"""Limits on guessing the codes of second factors, counted by member.

A code is asked for only after the password was right, so whoever is counted here knows it; others cannot make a member
wait. An attempt is counted before its code is checked, so that concurrent ones cannot exceed the limit. From the fifth
wrong code in a row on, each is followed by a wait of 1, 2, 4 … seconds, at most an hour, and the member is told by mail.
A right code takes back five failures, which are as many as somebody's own typing errors, and a day without attempts all. At any
time three codes in a million are right. 24 can be tried a day, and four more each time that the member signs in: a guess
succeeds within a year with a probability of 2.6 %, after 8,760 failures, or 4 % with two sign-ins a day.
"""

from uuid import UUID

from models import MailKind
from models.database import fetch, transaction
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.tokens import token_digest
from services.mail_queue import enqueue_notice

FREE_ATTEMPTS = 5
MAX_WAIT_SECONDS = 3_600

_COUNT = """
INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, now())
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_at < now() - interval '1 day' THEN 1 ELSE f.failures + 1 END,
    blocked_until = CASE WHEN f.last_at >= now() - interval '1 day' AND f.failures >= $2 - 1
        THEN now() + make_interval(secs => least($3, power(2, least(f.failures - $2 + 1, 20)))) END,
    last_at = now()
WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
RETURNING failures
"""
_SELECT_WAIT = (
    "SELECT ceil(extract(epoch FROM blocked_until - now()))::int AS seconds FROM sign_in_failures WHERE key = $1"
)


async def count_attempt(member_id: UUID) -> None:
    """Count an attempt; raise ValidationFailed with RATE_LIMITED at ``code`` while the member must wait."""
    async with transaction():
        counted = await fetch(_COUNT, _key(member_id), FREE_ATTEMPTS, float(MAX_WAIT_SECONDS))
        if not counted:
            raise _rate_limited(max(1, (await fetch(_SELECT_WAIT, _key(member_id)))[0]["seconds"]))
        if counted[0]["failures"] == FREE_ATTEMPTS + 1:
            await enqueue_notice(member_id, MailKind.WRONG_CODES)


async def take_back_attempts(member_id: UUID) -> None:
    """Forget as many of a member's attempts as may be typing errors, after a right code, in the caller's transaction.

    Those of somebody else who guesses remain, however often the member signs in.
    """
    statement = (
        "UPDATE sign_in_failures SET failures = greatest(failures - 1 - $2, 0), blocked_until = NULL WHERE key = $1"
    )
    await fetch(statement, _key(member_id), FREE_ATTEMPTS)


async def clear_attempts(member_id: UUID) -> None:
    """Forget all of a member's attempts, in the caller's transaction."""
    await fetch("DELETE FROM sign_in_failures WHERE key = $1", _key(member_id))


def _key(member_id: UUID) -> str:
    return token_digest(f"second factor:{member_id}")


def _rate_limited(seconds: int) -> ValidationFailed:
    message = f"Too many wrong codes. Try again in {seconds} second{'' if seconds == 1 else 's'}."
    return ValidationFailed([Problem(("code",), ErrorCode.RATE_LIMITED, message, (("retry_after", str(seconds)),))])
