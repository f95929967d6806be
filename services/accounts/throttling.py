"""Limits on guessing, counted in the database: sign-ins, tokens for a password, and requests for its mail.

Sign-ins are counted by e-mail address and by client address, wrong tokens by client address. An attempt is counted
before the password is checked, so that many at once cannot pass together, and taken back when it succeeds. From the
fifth failure within an hour on, each is followed by a wait: 1, 2, 4 … seconds, a quarter of an hour at most. Requests
for a mail, which anyone can make for any address, are counted by both addresses too. Keys are hashed: the table names
nobody.
"""

from hashlib import sha256

from models.database import fetch, transaction
from services.kernel.errors import ErrorCode, Problem, ValidationFailed

MAILS_PER_EMAIL = 3
"""Mails to one address, each within an hour of the one before; then none for an hour."""
MAILS_PER_CLIENT = 20
"""Mails that one client address may request, to whatever addresses, in the same way."""

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
_COUNT_MAIL_REQUEST = """
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
_WAIT = "SELECT ceil(extract(epoch FROM blocked_until - now()))::int AS seconds FROM sign_in_failures WHERE key = $1"
_UNCOUNT = "UPDATE sign_in_failures SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE key = $1"


async def count_attempt(*, email: str, client: str) -> None:
    """Count an attempt to sign in; raise ValidationFailed with RATE_LIMITED while either address must wait."""
    await _count(_key("email", email), _key("client", client))


async def forget_attempt(*, email: str, client: str) -> None:
    """Take back an attempt that succeeded: the e-mail address starts anew, the client address loses this one."""
    await forget_failures(email=email)
    await fetch(_UNCOUNT, _key("client", client))


async def forget_failures(*, email: str) -> None:
    """Delete what was counted for an e-mail address."""
    await fetch("DELETE FROM sign_in_failures WHERE key = $1", _key("email", email))


async def count_failed_token(*, client: str) -> None:
    """Count a wrong token; raise ValidationFailed with RATE_LIMITED while the client address must wait."""
    await _count(_key("client's token", client))


async def count_mail_request(*, email: str, client: str) -> bool:
    """Count a request for a mail, in the caller's transaction; return whether the mail may be sent."""
    # The client first: one that has reached its limit adds no rows for the addresses that it goes on trying.
    limits = ((_key("mails asked by", client), MAILS_PER_CLIENT), (_key("mails to", email), MAILS_PER_EMAIL))
    for key, limit in limits:
        if not await fetch(_COUNT_MAIL_REQUEST, key, limit):
            return False
    return True


def _key(kind: str, value: str) -> str:
    """Return the hash by which attempts of one kind and address are counted."""
    return sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).hexdigest()


async def _count(*keys: str) -> None:
    async with transaction():
        for key in sorted(keys):
            if not await fetch(_COUNT_ATTEMPT, key):
                seconds = max(1, (await fetch(_WAIT, key))[0]["seconds"])
                raise _rate_limited(seconds)


def _rate_limited(seconds: int) -> ValidationFailed:
    message = f"Too many attempts. Try again in {seconds} second{'' if seconds == 1 else 's'}."
    parameters = (("retry_after", str(seconds)),)
    return ValidationFailed([Problem((), ErrorCode.RATE_LIMITED, message, parameters)])
