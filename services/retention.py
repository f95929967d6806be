"""Deletes expired rows: sign-in failures that no longer count, old sessions, refresh tokens, devices and challenges,
and old reads of learners' records.

After a rotation of the installation's secret, it also encrypts again what older secrets have encrypted.
"""

import asyncio
import logging

from models.database import fetch, unlimited_transaction
from services.encryption import encrypt_again
from services.installation import Installation

INTERVAL = 3_600.0
"""Seconds between two rounds."""
RETENTION_DAYS = 30
"""Days for which an ended session is kept, so that a reused token can be told apart from an unknown one."""
DEVICE_DAYS = 365
"""Days for which a device is known after the last sign-in on it."""

LEARNER_READS_YEARS = 2
"""Years for which it is kept who has read which learner's record; a trigger refuses to delete it earlier."""
READS_AT_ONCE = 10_000

_DELETIONS = (
    "DELETE FROM sign_in_failures WHERE last_at < now() - interval '1 day' AND (blocked_until IS NULL OR blocked_until < now())",
    "DELETE FROM session WHERE least(expires_at, ended_at) < now() - make_interval(days => {days})",
    "DELETE FROM password_token WHERE expires_at < now() - make_interval(days => {days})",
    "DELETE FROM device WHERE last_used_at < now() - make_interval(days => {device_days})",
    "DELETE FROM sign_on_attempt WHERE created_at < now() - interval '1 hour'",
    "DELETE FROM sign_on_logout WHERE created_at < now() - interval '1 day'",
    # A used token of an active session is accepted again for a few seconds only, so old ones are no longer needed.
    "DELETE FROM refresh_token WHERE used_at < now() - make_interval(days => {days})",
    "DELETE FROM used_challenge WHERE expires_at < now()",
    "DELETE FROM totp_enrolment WHERE expires_at < now()",
)

# Their ids are in the order in which they were written, so that the oldest ones are found without another index.
_DELETE_OLD_READS = f"""
WITH oldest AS (SELECT id, day FROM learner_read ORDER BY id LIMIT {READS_AT_ONCE})
DELETE FROM learner_read USING oldest
WHERE learner_read.id = oldest.id
    AND oldest.day < (now() AT TIME ZONE 'Europe/London')::date - interval '{LEARNER_READS_YEARS} years'
RETURNING learner_read.id
"""

_log = logging.getLogger("trackers.retention")


async def delete_expired_rows() -> None:
    """Delete all expired rows, each kind in its own transaction."""
    for statement in _DELETIONS:
        async with unlimited_transaction():
            await fetch(statement.format(days=RETENTION_DAYS, device_days=DEVICE_DAYS))
    while await _delete_old_reads() == READS_AT_ONCE:
        pass


async def _delete_old_reads() -> int:
    """Delete some of the oldest reads if they are old enough, and return how many."""
    async with unlimited_transaction():
        return len(await fetch(_DELETE_OLD_READS))


async def run_retention(installation: Installation, *, interval: float = INTERVAL) -> None:
    """Delete what has expired every ``interval`` seconds until cancelled. Failures are logged and retried later."""
    while True:
        try:
            await delete_expired_rows()
            await encrypt_again(installation)
        except Exception as error:
            _log.warning("could not delete expired rows, will try again: %s", type(error).__name__)
        await asyncio.sleep(interval)
