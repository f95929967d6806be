"""The worker that empties the outbox while the server runs, through outages of the database and the mail server."""

import asyncio
import logging
import math

from models.database import fetch
from services.installation import Installation
from services.kernel.background import backoff_seconds, finish_step
from services.mail.outbox import Outcome, send_next
from services.mail.transport import Mailer

POLL = 5.0  # seconds; covers a wake-up that was lost
GRACE = 10.0  # seconds that a mail being sent still has when the worker is to end

_log = logging.getLogger("trackers.mail")
_NEXT = """
SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds
FROM mail WHERE sent_at IS NULL AND given_up_at IS NULL
"""


async def run_outbox(
    installation: Installation, mailer: Mailer, wake: asyncio.Event, *, poll: float = POLL, grace: float = GRACE
) -> None:
    """Send what is due, as it becomes due, until cancelled; ``wake`` says that there may be something now.

    Cancelled, it lets a mail that is being sent arrive, for some seconds. What is cut off then, or by the end of
    the process, goes again when its lease has run out. The mailer stays the caller's to close.
    """
    failures = 0
    told: type[Exception] | None = None
    while True:
        wake.clear()
        try:
            outcome, idle = await finish_step(_step(installation, mailer), grace)
        except Exception as error:
            outcome, idle = Outcome.HELD_UP, 0.0
            # Most likely the database is away. What the error says may hold a value.
            if type(error) is not told:
                told = type(error)
                _log.error("the outbox stands still: %s", told.__name__)
        if outcome is Outcome.HELD_UP:
            failures += 1
            await asyncio.sleep(backoff_seconds(failures))
            continue
        if failures:
            failures, told = 0, None
            _log.info("the outbox goes on")
        if outcome is Outcome.NOTHING_DUE:
            await _wait(wake, min(idle, poll))


async def _step(installation: Installation, mailer: Mailer) -> tuple[Outcome, float]:
    """One attempt; where nothing is due, the seconds until something is."""
    outcome = await send_next(installation, mailer)
    if outcome is not Outcome.NOTHING_DUE:
        return outcome, 0.0
    await mailer.close()  # no connection is held idle
    return outcome, await _until_next()


async def _until_next() -> float:
    """Seconds until a mail is due, by the database's clock; some moments at least."""
    (found,) = await fetch(_NEXT)
    return math.inf if found["seconds"] is None else max(float(found["seconds"]), 0.05)


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
