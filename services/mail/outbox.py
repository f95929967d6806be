"""Sending the emails of the outbox in batches: each committed row at least once, by any number of processes.

The rows of a batch are claimed by a statement that sets a lease, sent one after the other outside any transaction in much
less time than the lease lasts, and marked together by another statement. If a process is killed in between, the lease
expires and what it had sent of the batch is sent again with the same Message-IDs. All times are the database's.
"""

import asyncio
import datetime as dt
import logging
import random
from collections import deque
from collections.abc import Awaitable, Mapping
from dataclasses import astuple, dataclass, field
from email.message import EmailMessage
from uuid import UUID

from models.database import fetch
from services.installation import Installation
from services.mail.compose import DueMail, compose_email, read_mails
from services.mail.transport import MailDelayed, Mailer, MailRefused

BATCH_SIZE = 20
"""The maximum number of emails that are claimed and marked together, and so of those that a kill may repeat."""
LEASE_SECONDS = 300
SENDING_SECONDS = 2
"""Seconds after which no further email of a batch is begun, because what recipients may see was read before the first.

A mail server that takes 20 emails in this time gets whole batches. One email takes up to 60 seconds, so a batch ends well
within its lease.
"""
FIRST_RETRY_SECONDS = 30  # doubled with every attempt
MAX_RETRY_SECONDS = 3600
NO_LONGER_DUE = "no longer to be told"
"""The reason stored for an email that its recipient may no longer receive, or no longer needs; see ``compose``.

Stored rows are compared with it, so it must not change.
"""

_log = logging.getLogger("trackers.mail")

_IS_PENDING = "sent_at IS NULL AND given_up_at IS NULL"
_CLAIM_BATCH = f"""
WITH due AS (
    SELECT id, due_at FROM mail WHERE {_IS_PENDING} AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE mail SET due_at = now() + make_interval(secs => {LEASE_SECONDS}), attempts = attempts + 1
FROM due WHERE mail.id = due.id
RETURNING mail.id, mail.attempts, due.due_at
"""
_MARK_SENT = (
    "UPDATE mail SET sent_at = now(), given_up_at = NULL, last_error = NULL WHERE id = ANY($1) AND sent_at IS NULL"
)
# Only the process that holds the lease records the outcome; after an expired lease another process may have claimed it.
_MARK_GIVEN_UP = f"""
UPDATE mail SET given_up_at = now(), last_error = claim.reason
FROM unnest($1::uuid[], $2::int[], $3::text[]) AS claim (id, attempts, reason)
WHERE mail.id = claim.id AND mail.attempts = claim.attempts AND {_IS_PENDING}
"""
_RELEASE = f"""
UPDATE mail SET due_at = claim.due_at, attempts = mail.attempts - 1
FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS claim (id, attempts, due_at)
WHERE mail.id = claim.id AND mail.attempts = claim.attempts AND {_IS_PENDING}
"""
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


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The numbers of emails that were claimed and sent; ``all_delayed`` if every other email would be delayed too."""

    claimed: int = 0
    sent: int = 0
    all_delayed: bool = False


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claimed email: its id, the number of this attempt, and when it was due."""

    id: UUID
    attempt: int
    due_at: dt.datetime


@dataclass(slots=True)
class _Batch:
    """A claimed batch, and the outcomes that have not yet been recorded. ``waiting`` has those not yet attempted."""

    waiting: deque[_Claim]
    sent: list[_Claim] = field(default_factory=list)
    given_up: list[tuple[_Claim, str]] = field(default_factory=list)

    async def record(self) -> None:
        """Mark what was sent and what was given up, and release what was not attempted, for any process to claim."""
        if self.sent:
            await fetch(_MARK_SENT, [claim.id for claim in self.sent])
            for claim in self.sent:
                _log.info("mail %s sent", claim.id)
        if self.given_up:
            claims, reasons = zip(*self.given_up, strict=True)
            await fetch(_MARK_GIVEN_UP, [claim.id for claim in claims], [claim.attempt for claim in claims], reasons)
            for claim, reason in self.given_up:
                level = logging.INFO if reason == NO_LONGER_DUE else logging.ERROR
                _log.log(level, "mail %s given up: %s", claim.id, reason)
        if self.waiting:
            await fetch(_RELEASE, *map(list, zip(*map(astuple, self.waiting), strict=True)))


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


async def send_batch(
    installation: Installation, mailer: Mailer, stopping: asyncio.Event, *, limit: int = BATCH_SIZE
) -> BatchResult:
    """Claim the emails that have been due longest, send them one after the other, and record the outcomes.

    When ``stopping`` is set, it ends after the email being sent. Whatever happens, all outcomes are recorded: only an
    email whose sending was interrupted keeps its lease.
    """
    records = await fetch(_CLAIM_BATCH, limit)
    claims = [_Claim(record["id"], record["attempts"], record["due_at"]) for record in records]
    batch = _Batch(deque(sorted(claims, key=lambda claim: claim.due_at)))
    try:
        all_delayed = bool(claims) and not await _attempt_all(batch, installation, mailer, stopping)
    finally:
        await batch.record()
    return BatchResult(len(claims), len(batch.sent), all_delayed)


async def _attempt_all(batch: _Batch, installation: Installation, mailer: Mailer, stopping: asyncio.Event) -> bool:
    """Attempt to send each email of a batch; return False if one failed as every other would."""
    try:
        mails = await read_mails([claim.id for claim in batch.waiting])
    except Exception:
        mails = None  # read one by one, so that one that cannot be read delays no other
    clock = asyncio.get_running_loop().time
    end = clock() + SENDING_SECONDS
    following = None
    try:
        while batch.waiting and not stopping.is_set() and clock() < end:
            composing = following or asyncio.create_task(_compose(batch.waiting[0], mails, installation))
            claim = batch.waiting.popleft()
            # The next one is composed while the mail server takes this one.
            following = asyncio.create_task(_compose(batch.waiting[0], mails, installation)) if batch.waiting else None
            if not await _attempt(batch, claim, composing, mailer):
                return False
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
    return True


async def _compose(
    claim: _Claim, mails: Mapping[UUID, DueMail] | None, installation: Installation
) -> EmailMessage | None:
    """Return the message of an email, or None if it is no longer due."""
    mail = (await read_mails([claim.id]) if mails is None else mails).get(claim.id)
    return None if mail is None else await compose_email(mail, installation)


async def _attempt(batch: _Batch, claim: _Claim, composing: Awaitable[EmailMessage | None], mailer: Mailer) -> bool:
    """Attempt to send an email, and note the outcome in the batch; return False if every other would fail too."""
    try:
        message = await composing
        if message is None:
            batch.given_up.append((claim, NO_LONGER_DUE))
        else:
            await mailer.send(message)
            batch.sent.append(claim)
    except MailRefused as error:
        batch.given_up.append((claim, error.reason))
    except MailDelayed as error:
        await _delay(claim, error.reason)
        return not error.affects_all
    except Exception as error:
        # An email that cannot be composed must not stop the others. The error's text may contain an address.
        await _delay(claim, f"error {type(error).__name__}")
    return True


async def _delay(claim: _Claim, reason: str) -> None:
    seconds = retry_delay(claim.attempt)
    rows = await fetch(_MARK_DELAYED, claim.id, claim.attempt, reason[:200], seconds)
    if rows and rows[0]["given_up"]:
        _log.error("mail %s given up after a day: %s", claim.id, reason)
    else:
        _log.warning(
            "mail %s delayed after attempt %d: %s; the next attempt is in %.0f s",
            claim.id,
            claim.attempt,
            reason,
            seconds,
        )


def retry_delay(attempt: int) -> float:
    """Return the seconds until the next attempt: 30, 60, 120 …, with 20 % jitter, at most an hour."""
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(attempt - 1, 10) * jitter, MAX_RETRY_SECONDS)
