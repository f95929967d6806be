"""Limits on guessing passwords and tokens, and on requesting password emails, counted in the database.

Sign-ins are counted by email address and by client address, invalid tokens by client address. An attempt is counted
before the password is checked, so that concurrent attempts cannot exceed the limit; success undoes the count. From the
fifth failure on, each failure is followed by a wait: 1, 2, 4 … seconds, at most 15 minutes. An hour without attempts
resets the count. Requests for password emails, which anyone can make for any address, are limited by email address and
by client address too. Keys are hashed, so that the table contains no addresses.
"""

from hashlib import sha256

from models.database import fetch, transaction
from services.kernel.errors import ErrorCode, Problem, ValidationFailed

EMAILS_PER_ADDRESS = 3
"""How many emails an address may be sent, each within an hour of the last, before an hour without any."""
EMAILS_PER_CLIENT = 20
"""How many emails a client address may request, for any email addresses, under the same rule."""

_COUNT_ATTEMPT = """
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
_COUNT_EMAIL_REQUEST = """
INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, now())
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_at < now() - interval '1 hour' OR f.failures >= $2 THEN 1 ELSE f.failures + 1 END,
    blocked_until = CASE
        WHEN f.last_at >= now() - interval '1 hour' AND f.failures + 1 = $2 THEN now() + interval '1 hour'
    END,
    last_at = now()
WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
RETURNING failures
"""
_SELECT_WAIT = (
    "SELECT ceil(extract(epoch FROM blocked_until - now()))::int AS seconds FROM sign_in_failures WHERE key = $1"
)
_UNCOUNT_ATTEMPT = (
    "UPDATE sign_in_failures SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE key = $1"
)


async def count_sign_in(*, email: str, client: str) -> None:
    """Count an attempt to sign in; raise ValidationFailed with RATE_LIMITED while either address must wait."""
    await _count(_key("email", email), _key("client", client))


async def uncount_sign_in(*, email: str, client: str) -> None:
    """Undo ``count_sign_in`` after a successful attempt.

    The count of the email address is cleared, but the count of the client address is only decremented: otherwise anyone
    with an account could reset it.
    """
    await clear_failures(email=email)
    await fetch(_UNCOUNT_ATTEMPT, _key("client", client))


async def clear_failures(*, email: str) -> None:
    """Clear the failures that were counted for an email address."""
    await fetch("DELETE FROM sign_in_failures WHERE key = $1", _key("email", email))


async def count_failed_token(*, client: str) -> None:
    """Count an invalid token; raise ValidationFailed with RATE_LIMITED while the client address must wait."""
    await _count(_key("client's token", client))


async def count_email_request(*, email: str, client: str) -> bool:
    """Count a request for an email in the caller's transaction; return whether the email may be sent."""
    # The client is counted first, so that one over its limit adds no rows for further email addresses.
    limits = ((_key("mails asked by", client), EMAILS_PER_CLIENT), (_key("mails to", email), EMAILS_PER_ADDRESS))
    for key, limit in limits:
        if not await fetch(_COUNT_EMAIL_REQUEST, key, limit):
            return False
    return True


def _key(kind: str, value: str) -> str:
    """Return the hashed key under which attempts of a kind are counted for an address."""
    return sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).hexdigest()


async def _count(*keys: str) -> None:
    async with transaction():
        for key in sorted(keys):
            if not await fetch(_COUNT_ATTEMPT, key):
                seconds = max(1, (await fetch(_SELECT_WAIT, key))[0]["seconds"])
                raise _rate_limited(seconds)


def _rate_limited(seconds: int) -> ValidationFailed:
    message = f"Too many attempts. Try again in {seconds} second{'' if seconds == 1 else 's'}."
    parameters = (("retry_after", str(seconds)),)
    return ValidationFailed([Problem((), ErrorCode.RATE_LIMITED, message, parameters)])
