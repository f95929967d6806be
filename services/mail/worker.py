"""The worker that sends the outbox's mails while the server runs, through outages of database and mail server."""

import asyncio
import logging
import math

from models.database import fetch
from services.installation import Installation
from services.kernel.background import backoff_seconds, finish_step
from services.mail.outbox import Outcome, send_next
from services.mail.transport import Mailer

POLL = 5.0  # seconds; finds what a lost wake-up announced
GRACE = 10.0  # seconds that a cancelled worker waits for the mail being sent

_log = logging.getLogger("trackers.mail")
_SECONDS_UNTIL_DUE = """
SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds
FROM mail WHERE sent_at IS NULL AND given_up_at IS NULL
"""


async def run_outbox(
    installation: Installation, mailer: Mailer, wake: asyncio.Event, *, poll: float = POLL, grace: float = GRACE
) -> None:
    """Send mails as they become due, until cancelled; setting ``wake`` makes it look at once.

    When cancelled, it finishes the mail being sent, for at most ``grace`` seconds. A mail cut off then, or by the
    end of the process, is sent again after its lease has expired. The caller closes the mailer.
    """
    failures = 0
    logged: type[Exception] | None = None
    while True:
        wake.clear()
        try:
            outcome, idle = await finish_step(_step(installation, mailer), grace)
        except Exception as error:
            outcome, idle = Outcome.ALL_DELAYED, 0.0
            # Most likely the database is away. The error's text may contain a value.
            if type(error) is not logged:
                logged = type(error)
                _log.error("outbox worker failed, retrying: %s", logged.__name__)
        if outcome is Outcome.ALL_DELAYED:
            failures += 1
            await asyncio.sleep(backoff_seconds(failures))
            continue
        if failures:
            failures, logged = 0, None
            _log.info("outbox worker recovered")
        if outcome is Outcome.NOTHING_DUE:
            await _wait(wake, min(idle, poll))


async def _step(installation: Installation, mailer: Mailer) -> tuple[Outcome, float]:
    """Make one attempt; return its outcome and, if nothing is due, the seconds until something is."""
    outcome = await send_next(installation, mailer)
    if outcome is not Outcome.NOTHING_DUE:
        return outcome, 0.0
    await mailer.close()  # keep no idle connection
    return outcome, await _seconds_until_due()


async def _seconds_until_due() -> float:
    """Return the seconds until a mail is due, by the database's clock; 0.05 at least."""
    (next_due,) = await fetch(_SECONDS_UNTIL_DUE)
    return math.inf if next_due["seconds"] is None else max(float(next_due["seconds"]), 0.05)


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
