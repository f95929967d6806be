"""The wait that failed attempts earn, counted in the database: sign-ins per e-mail and per client address, wrong
tokens for a password per client address.

A sign-in is counted before the password is looked at, so that many at once cannot slip through, and taken
back when it succeeds. From the fifth failure within an hour on, each is followed by a wait: 1, 2, 4 … seconds,
a quarter of an hour at most. Keys are hashed: the table names nobody.
"""

from hashlib import sha256

from models.database import fetch, transaction
from services.kernel.errors import ErrorCode, Problem, ValidationFailed

_ATTEMPT = """
INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, now())
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_at < now() - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
    blocked_until = CASE
        WHEN f.last_at < now() - interval '1 hour' OR f.failures < 4 THEN NULL
        ELSE now() + make_interval(secs => least(900, power(2, least(f.failures - 4, 20))))
    END,
    last_at = now()
WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
RETURNING failures
"""
_WAIT = "SELECT ceil(extract(epoch FROM blocked_until - now()))::int AS seconds FROM sign_in_failures WHERE key = $1"
_TAKE_BACK = "UPDATE sign_in_failures SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE key = $1"


def hashed_key(kind: str, value: str) -> str:
    """What is kept of whose attempts are counted."""
    return sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).hexdigest()


async def count_attempt(*, email: str, client: str) -> None:
    """Count a sign-in attempt; raise ValidationFailed with RATE_LIMITED while either key must wait."""
    await _count(hashed_key("email", email), hashed_key("client", client))


async def forget_attempt(*, email: str, client: str) -> None:
    """Take an attempt back that succeeded: the e-mail's count starts anew, the address loses this one."""
    await forget_failures(email=email)
    await fetch(_TAKE_BACK, hashed_key("client", client))


async def forget_failures(*, email: str) -> None:
    """Let the e-mail's count start anew."""
    await fetch("DELETE FROM sign_in_failures WHERE key = $1", hashed_key("email", email))


async def count_failed_token(*, client: str) -> None:
    """Count a wrong token for a password; raise ValidationFailed with RATE_LIMITED while the address must wait."""
    await _count(hashed_key("client's token", client))


async def _count(*keys: str) -> None:
    async with transaction():
        for key in sorted(keys):
            if not await fetch(_ATTEMPT, key):
                seconds = max(1, (await fetch(_WAIT, key))[0]["seconds"])
                raise _limited(seconds)


def _limited(seconds: int) -> ValidationFailed:
    message = f"Too many attempts. Try again in {seconds} second{'' if seconds == 1 else 's'}."
    parameters = (("retryAfter", str(seconds)),)
    return ValidationFailed([Problem((), ErrorCode.RATE_LIMITED, message, parameters)])
