"""Send the mails of the outbox: each row that was committed, at least once, by any number of processes.

A row is claimed by one statement that sets a lease, sent outside any transaction in much less time than the lease
lasts, and marked by another statement. If a process dies in between, the lease expires and the mail is sent again
with the same Message-ID. All times are the database's.
"""

import logging
import random
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from models.database import fetch
from services.installation import Installation
from services.mail.compose import compose_mail
from services.mail.transport import MailDelayed, Mailer, MailRefused

LEASE = 300  # seconds; a mail is sent within 60
FIRST_DELAY = 30  # seconds, doubled with every attempt
LONGEST_DELAY = 3600
NO_LONGER_DUE = "no longer to be told"
"""The reason stored with a mail that its recipient may or need not receive any more; see ``compose``."""

_log = logging.getLogger("trackers.mail")

_OPEN = "sent_at IS NULL AND given_up_at IS NULL"
_CLAIM = f"""
UPDATE mail SET due_at = now() + make_interval(secs => {LEASE}), attempts = attempts + 1
WHERE id = (
    SELECT id FROM mail WHERE {_OPEN} AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, attempts
"""
_SENT = "UPDATE mail SET sent_at = now(), given_up_at = NULL, last_error = NULL WHERE id = $1 AND sent_at IS NULL"
# Only the process that holds the lease records the outcome; after an expired lease another process may have claimed it.
_GIVEN_UP = f"UPDATE mail SET given_up_at = now(), last_error = $3 WHERE id = $1 AND attempts = $2 AND {_OPEN}"
_DELAYED = f"""
UPDATE mail SET due_at = now() + make_interval(secs => $4), last_error = $3,
    given_up_at = CASE WHEN now() >= created_at + interval '1 day' THEN now() END
WHERE id = $1 AND attempts = $2 AND {_OPEN}
RETURNING given_up_at IS NOT NULL AS given_up
"""
_STATE = f"""
SELECT count(*) FILTER (WHERE {_OPEN}) AS waiting,
    coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE {_OPEN})), 0)::float8 AS oldest,
    count(*) FILTER (WHERE given_up_at > now() - interval '7 days' AND last_error <> $1) AS given_up,
    (array_agg(last_error ORDER BY created_at) FILTER (WHERE {_OPEN} AND last_error IS NOT NULL))[1] AS reason
FROM mail WHERE {_OPEN} OR given_up_at > now() - interval '7 days'
"""


class Outcome(Enum):
    """The result of one attempt to send a mail."""

    NOTHING_DUE = "nothing due"
    SENT = "sent"
    GIVEN_UP = "given up"
    DELAYED = "delayed"
    ALL_DELAYED = "delayed, and every other mail would be too"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """The state of the outbox, for the metrics and ``doctor``.

    ``given_up`` counts the last seven days, without mails that were no longer due. ``reason`` is why the oldest
    waiting mail that was tried still waits: a code such as "SMTP 451", no address and no content.
    """

    waiting: int
    oldest_waiting_seconds: float
    given_up: int
    reason: str | None


async def outbox_state() -> OutboxState:
    """Return the present state of the outbox."""
    (state,) = await fetch(_STATE, NO_LONGER_DUE)
    return OutboxState(
        waiting=state["waiting"],
        oldest_waiting_seconds=state["oldest"],
        given_up=state["given_up"],
        reason=state["reason"],
    )


async def send_due(installation: Installation, mailer: Mailer, *, limit: int = 20) -> int:
    """Send at most ``limit`` mails that are due and return how many were sent; stop once none can be sent now."""
    sent = 0
    for _ in range(limit):
        outcome = await send_next(installation, mailer)
        if outcome in (Outcome.NOTHING_DUE, Outcome.ALL_DELAYED):
            break
        sent += outcome is Outcome.SENT
    return sent


async def send_next(installation: Installation, mailer: Mailer) -> Outcome:
    """Claim the mail that has been due longest, send it and record the outcome, outside any transaction."""
    claimed = await fetch(_CLAIM)
    if not claimed:
        return Outcome.NOTHING_DUE
    mail_id, attempt = claimed[0]["id"], claimed[0]["attempts"]
    try:
        message = await compose_mail(mail_id, installation)
        if message is not None:
            await mailer.send(message)
    except MailRefused as error:
        return await _give_up(mail_id, attempt, error.reason)
    except MailDelayed as error:
        return await _delay(mail_id, attempt, error.reason, affects_all=error.affects_all)
    except Exception as error:
        # One mail that cannot be composed must not stop the others. The error's text may contain an address.
        return await _delay(mail_id, attempt, f"error {type(error).__name__}", affects_all=False)
    if message is None:
        return await _give_up(mail_id, attempt, NO_LONGER_DUE)
    await fetch(_SENT, mail_id)
    _log.info("mail %s sent", mail_id)
    return Outcome.SENT


async def _give_up(mail_id: UUID, attempt: int, reason: str) -> Outcome:
    await fetch(_GIVEN_UP, mail_id, attempt, reason)
    level = logging.INFO if reason == NO_LONGER_DUE else logging.ERROR
    _log.log(level, "mail %s given up: %s", mail_id, reason)
    return Outcome.GIVEN_UP


async def _delay(mail_id: UUID, attempt: int, reason: str, *, affects_all: bool) -> Outcome:
    marked = await fetch(_DELAYED, mail_id, attempt, reason[:200], retry_delay(attempt))
    if marked and marked[0]["given_up"]:
        _log.error("mail %s given up after a day: %s", mail_id, reason)
    else:
        _log.warning("mail %s delayed after attempt %d: %s", mail_id, attempt, reason)
    return Outcome.ALL_DELAYED if affects_all else Outcome.DELAYED


def retry_delay(attempt: int) -> float:
    """Return the seconds until the next attempt: 30, 60, 120 … with 20 % jitter, at most an hour."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return min(FIRST_DELAY * 2.0 ** min(attempt - 1, 10) * jitter, LONGEST_DELAY)
