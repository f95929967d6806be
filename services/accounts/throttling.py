"""Limits on guessing passwords and tokens, and on requesting emails and looking addresses up, counted in the database.

A failed sign-in is counted after the password was checked, and its result told only if none of its counts makes it wait by
then. So any number of correct sign-ins may come at once, and of concurrent guesses no more are answered than of
consecutive ones. On a device that is known to be the member's, only its own failures count, so that nobody else can lock
them out. Otherwise there are three counts: of the email address from the network, of the email address, and of the network.
After the free failures of a count, each is followed by a wait: 1, 2, 4 … seconds, up to its longest. An hour without
failures resets a count. A success takes back, in all counts, the failures of its own count.

Keys are digests with the installation's secret, so that the table contains no addresses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.database import fetch
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.hourly_counts import count_within_hour

EMAILS_PER_ADDRESS = 3
"""How many emails an address may be sent, each within an hour of the last, before an hour without any."""
EMAILS_PER_NETWORK = 20
"""How many emails a network may request, for any email addresses, under the same rule."""
DUPLICATES_PER_MEMBER = 20
"""How many times a member may be told that an address is another member's, under the same rule."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and the longest wait in seconds after one of those that follow."""

    free: int
    longest_wait: int


DEVICE_LIMIT = Limit(5, 900)
EMAIL_AND_NETWORK_LIMIT = Limit(5, 900)
EMAIL_LIMIT = Limit(30, 900)
NETWORK_LIMIT = Limit(100, 300)
TOKEN_LIMIT = Limit(20, 900)


@dataclass(frozen=True, slots=True)
class Count:
    """A count of failures: its key, and its limit."""

    key: str
    limit: Limit


_COUNT_FAILURE = """
INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, now())
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_at < now() - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
    blocked_until = CASE
        WHEN f.last_at < now() - interval '1 hour' OR f.failures < $2 THEN NULL
        ELSE now() + make_interval(secs => least($3, power(2, least(f.failures - $2, 20))))
    END,
    last_at = now()
WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
RETURNING failures
"""
_SELECT_WAIT = """
SELECT ceil(extract(epoch FROM max(blocked_until) - now()))::int AS seconds
FROM sign_in_failures WHERE key = ANY($1) AND blocked_until > now()
"""
# In the order of the keys, as failures are counted, so that transactions do not wait for one another in a circle.
_LOCK = """
SELECT key, failures, ceil(extract(epoch FROM blocked_until - now()))::int AS seconds
FROM sign_in_failures WHERE key = ANY($1) ORDER BY key FOR UPDATE
"""
_TAKE_BACK = "UPDATE sign_in_failures SET failures = greatest(failures - $2, 0) WHERE key = ANY($1)"


def sign_in_counts(
    installation: Installation, *, email: str, network: str, known_device: UUID | None
) -> tuple[Count, ...]:
    """Return the counts of a sign-in, the member's own first; ``known_device`` is one that is known to be the member's."""
    if known_device is not None:
        return (Count(installation.keyed_digest("failures of device", str(known_device)), DEVICE_LIMIT),)
    return (
        Count(
            installation.keyed_digest("failures of e-mail and network", f"{email} {network}"), EMAIL_AND_NETWORK_LIMIT
        ),
        Count(installation.keyed_digest("failures of e-mail", email), EMAIL_LIMIT),
        Count(installation.keyed_digest("failures of network", network), NETWORK_LIMIT),
    )


async def require_no_wait(counts: Sequence[Count]) -> None:
    """Raise ValidationFailed with RATE_LIMITED while one of the counts makes its attempts wait."""
    await _require_no_wait([count.key for count in counts])


async def count_failure(counts: Sequence[Count]) -> None:
    """Add a failure to each of the counts, in the caller's transaction.

    Raises ValidationFailed with RATE_LIMITED if one of them makes its attempts wait, as concurrent ones have failed: then
    the transaction must be rolled back, and the caller must not be told whether the attempt has failed.
    """
    for count in sorted(counts, key=lambda count: count.key):
        if not await fetch(_COUNT_FAILURE, count.key, count.limit.free, float(count.limit.longest_wait)):
            raise rate_limited(max(1, (await fetch(_SELECT_WAIT, [count.key]))[0]["seconds"] or 0))


async def take_back_failures(counts: Sequence[Count]) -> None:
    """Subtract the failures of the first count from all of them after a success, in the caller's transaction.

    The counts of email address and network keep what others have added. Raises ValidationFailed with RATE_LIMITED if one
    of them makes its attempts wait, as ``count_failure`` does.
    """
    keys = [count.key for count in counts]
    records = await fetch(_LOCK, keys)
    wait = max((record["seconds"] or 0 for record in records), default=0)
    if wait > 0:
        raise rate_limited(wait)
    own_failures = next((record["failures"] for record in records if record["key"] == keys[0]), 0)
    if own_failures:
        await fetch(_TAKE_BACK, keys, own_failures)


async def clear_failures(installation: Installation, *, email: str, network: str) -> None:
    """Clear the failures that were counted for an email address, whose owner has proved that they read its mail."""
    pair, by_email, _ = sign_in_counts(installation, email=email, network=network, known_device=None)
    await fetch("DELETE FROM sign_in_failures WHERE key = ANY($1)", [pair.key, by_email.key])


async def count_failed_token(installation: Installation, *, network: str) -> None:
    """Count an invalid token; raise ValidationFailed with RATE_LIMITED while the network must wait."""
    await count_failure([Count(installation.keyed_digest("failed tokens of network", network), TOKEN_LIMIT)])


async def count_email_request(installation: Installation, *, email: str, network: str) -> bool:
    """Count a request for an email in the caller's transaction; return whether the email may be sent."""
    # The network is counted first, so that one over its limit adds no rows for further email addresses.
    limits = (
        (installation.keyed_digest("mails asked by network", network), EMAILS_PER_NETWORK),
        (installation.keyed_digest("mails to e-mail", email), EMAILS_PER_ADDRESS),
    )
    for key, limit in limits:
        if not await count_within_hour(key, limit):
            return False
    return True


async def require_lookups_left(member_id: UUID) -> None:
    """Raise ValidationFailed with RATE_LIMITED if a member has been told of too many addresses whether they are taken."""
    await _require_no_wait([_duplicates_key(member_id)])


async def count_duplicate(member_id: UUID) -> None:
    """Count that a member is told that an address is taken, in the caller's transaction."""
    await count_within_hour(_duplicates_key(member_id), DUPLICATES_PER_MEMBER)


def rate_limited(seconds: int) -> ValidationFailed:
    """Return the error for somebody who has to wait."""
    message = f"Too many attempts. Try again in {seconds} second{'' if seconds == 1 else 's'}."
    return ValidationFailed([Problem((), ErrorCode.RATE_LIMITED, message, (("retry_after", str(seconds)),))])


async def _require_no_wait(keys: Sequence[str]) -> None:
    (wait,) = await fetch(_SELECT_WAIT, keys)
    if wait["seconds"] is not None:
        raise rate_limited(max(1, wait["seconds"]))


def _duplicates_key(member_id: UUID) -> str:
    return f"duplicates of {member_id.hex}"
