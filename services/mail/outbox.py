"""Sending the emails of the outbox: each committed row at least once, by any number of processes.

A row is claimed by a statement that sets a lease, sent outside any transaction in much less time than the lease lasts,
and marked by another statement. If a process dies in between, the lease expires and the email is sent again with the
same Message-ID. All times are the database's.
"""

import logging
import random
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from models.database import fetch
from services.installation import Installation
from services.mail.compose import compose_email
from services.mail.transport import MailDelayed, Mailer, MailRefused

LEASE_SECONDS = 300  # an email is sent within 60
FIRST_RETRY_SECONDS = 30  # doubled with every attempt
MAX_RETRY_SECONDS = 3600
NO_LONGER_DUE = "no longer to be told"
"""The reason stored for an email that its recipient may no longer receive, or no longer needs; see ``compose``.

Stored rows are compared with it, so it must not change.
"""

_log = logging.getLogger("trackers.mail")

_IS_PENDING = "sent_at IS NULL AND given_up_at IS NULL"
_CLAIM_NEXT = f"""
UPDATE mail SET due_at = now() + make_interval(secs => {LEASE_SECONDS}), attempts = attempts + 1
WHERE id = (
    SELECT id FROM mail WHERE {_IS_PENDING} AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, attempts
"""
_MARK_SENT = "UPDATE mail SET sent_at = now(), given_up_at = NULL, last_error = NULL WHERE id = $1 AND sent_at IS NULL"
# Only the process that holds the lease records the outcome; after an expired lease another process may have claimed it.
_MARK_GIVEN_UP = (
    f"UPDATE mail SET given_up_at = now(), last_error = $3 WHERE id = $1 AND attempts = $2 AND {_IS_PENDING}"
)
_MARK_DELAYED = f"""
UPDATE mail SET due_at = now() + make_interval(secs => $4), last_error = $3,
    given_up_at = CASE WHEN now() >= created_at + interval '1 day' THEN now() END
WHERE id = $1 AND attempts = $2 AND {_IS_PENDING}
RETURNING given_up_at IS NOT NULL AS given_up
"""
_SELECT_STATE = f"""
SELECT count(*) FILTER (WHERE {_IS_PENDING}) AS waiting,
    coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE {_IS_PENDING})), 0)::float8 AS oldest,
    count(*) FILTER (WHERE given_up_at > now() - interval '7 days' AND last_error <> $1) AS given_up,
    (array_agg(last_error ORDER BY created_at) FILTER (WHERE {_IS_PENDING} AND last_error IS NOT NULL))[1] AS reason
FROM mail WHERE {_IS_PENDING} OR given_up_at > now() - interval '7 days'
"""


class Outcome(Enum):
    """The outcome of one attempt to send an email."""

    NOTHING_DUE = "nothing due"
    SENT = "sent"
    GIVEN_UP = "given up"
    DELAYED = "delayed"
    ALL_DELAYED = "delayed, and every other mail would be too"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """The state of the outbox, for the metrics and ``trackers doctor``.

    ``given_up`` counts the emails given up in the last seven days, except those that were no longer due. ``reason`` is
    why the oldest waiting email that has been attempted was not sent: a code such as "SMTP 451", without address or
    content.
    """

    waiting: int
    oldest_waiting_seconds: float
    given_up: int
    reason: str | None


async def outbox_state() -> OutboxState:
    """Return the current state of the outbox."""
    (state,) = await fetch(_SELECT_STATE, NO_LONGER_DUE)
    return OutboxState(
        waiting=state["waiting"],
        oldest_waiting_seconds=state["oldest"],
        given_up=state["given_up"],
        reason=state["reason"],
    )


async def send_next(installation: Installation, mailer: Mailer) -> Outcome:
    """Claim the email that has been due longest, send it outside any transaction, and record the outcome."""
    rows = await fetch(_CLAIM_NEXT)
    if not rows:
        return Outcome.NOTHING_DUE
    mail_id, attempt = rows[0]["id"], rows[0]["attempts"]
    try:
        message = await compose_email(mail_id, installation)
        if message is not None:
            await mailer.send(message)
    except MailRefused as error:
        return await _give_up(mail_id, attempt, error.reason)
    except MailDelayed as error:
        return await _delay(mail_id, attempt, error.reason, affects_all=error.affects_all)
    except Exception as error:
        # An email that cannot be composed must not stop the others. The error's text may contain an address.
        return await _delay(mail_id, attempt, f"error {type(error).__name__}", affects_all=False)
    if message is None:
        return await _give_up(mail_id, attempt, NO_LONGER_DUE)
    await fetch(_MARK_SENT, mail_id)
    _log.info("mail %s sent", mail_id)
    return Outcome.SENT


async def _give_up(mail_id: UUID, attempt: int, reason: str) -> Outcome:
    await fetch(_MARK_GIVEN_UP, mail_id, attempt, reason)
    level = logging.INFO if reason == NO_LONGER_DUE else logging.ERROR
    _log.log(level, "mail %s given up: %s", mail_id, reason)
    return Outcome.GIVEN_UP


async def _delay(mail_id: UUID, attempt: int, reason: str, *, affects_all: bool) -> Outcome:
    seconds = retry_delay(attempt)
    rows = await fetch(_MARK_DELAYED, mail_id, attempt, reason[:200], seconds)
    if rows and rows[0]["given_up"]:
        _log.error("mail %s given up after a day: %s", mail_id, reason)
    else:
        _log.warning(
            "mail %s delayed after attempt %d: %s; the next attempt is in %.0f s", mail_id, attempt, reason, seconds
        )
    return Outcome.ALL_DELAYED if affects_all else Outcome.DELAYED


def retry_delay(attempt: int) -> float:
    """Return the seconds until the next attempt: 30, 60, 120 …, with 20 % jitter, at most an hour."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(attempt - 1, 10) * jitter, MAX_RETRY_SECONDS)
