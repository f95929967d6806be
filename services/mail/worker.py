"""The worker that sends the outbox's emails while the server runs, and survives outages of database and mail server."""

import asyncio
import logging
import math

from models.database import fetch
from services.installation import Installation
from services.kernel.background import backoff_seconds, finish_step
from services.mail.outbox import Outcome, send_next
from services.mail.transport import Mailer

POLL_SECONDS = 5.0  # in case a wake-up is lost
GRACE_SECONDS = 10.0  # how long a cancelled worker waits for the email being sent

_log = logging.getLogger("trackers.mail")
_SECONDS_UNTIL_DUE = """
SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds
FROM mail WHERE sent_at IS NULL AND given_up_at IS NULL
"""


async def run_outbox(
    installation: Installation,
    mailer: Mailer,
    wake: asyncio.Event,
    *,
    poll: float = POLL_SECONDS,
    grace: float = GRACE_SECONDS,
) -> None:
    """Send emails as they become due, until cancelled; setting ``wake`` makes it check the outbox immediately.

    On cancellation, it finishes the email being sent, within ``grace`` seconds. An email that is interrupted then, or
    by the end of the process, is sent again after its lease has expired. The caller closes the mailer.
    """
    failures = 0
    last_logged: type[Exception] | None = None
    while True:
        wake.clear()
        try:
            outcome, idle = await finish_step(_step(installation, mailer), grace)
        except Exception as error:
            failures += 1
            # Most likely the database is unavailable. The error's text may contain a value.
            if type(error) is not last_logged:
                last_logged = type(error)
                _log.error("outbox worker failed, retrying: %s", last_logged.__name__)
            await asyncio.sleep(backoff_seconds(failures))
            continue
        if last_logged:
            last_logged = None
            _log.info("outbox worker recovered")
        if outcome is Outcome.ALL_DELAYED:  # the line about the mail has the reason, and when it is tried again
            failures += 1
            await asyncio.sleep(backoff_seconds(failures))
        elif outcome is Outcome.NOTHING_DUE:
            await _wait(wake, min(idle, poll))
        else:
            failures = 0


async def _step(installation: Installation, mailer: Mailer) -> tuple[Outcome, float]:
    """Attempt to send one email; return the outcome and, if nothing is due, the seconds until the next email is."""
    outcome = await send_next(installation, mailer)
    if outcome is not Outcome.NOTHING_DUE:
        return outcome, 0.0
    await mailer.close()  # keep no idle connection
    return outcome, await _seconds_until_due()


async def _seconds_until_due() -> float:
    """Return the seconds until the next email is due, by the database's clock: at least 0.05."""
    (next_due,) = await fetch(_SECONDS_UNTIL_DUE)
    return math.inf if next_due["seconds"] is None else max(float(next_due["seconds"]), 0.05)


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
