"""The worker that sends the outbox's emails while the server runs, and survives outages of database and mail server."""

import asyncio
import logging
import math

from models.database import fetch
from services.installation import Installation
from services.kernel.background import backoff_seconds, finish_step
from services.mail.outbox import BatchResult, send_batch
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

    On cancellation, it finishes the email being sent, within ``grace`` seconds. An email that is interrupted then is sent
    again after its lease has expired, and so are those of a batch that the end of the process kept from being marked.
    The caller closes the mailer.
    """
    stopping, log = asyncio.Event(), _FailureLog()
    failures = 0
    while True:
        wake.clear()
        try:
            result, idle = await finish_step(_step(installation, mailer, stopping), grace, on_cancel=stopping.set)
        except Exception as error:  # most likely the database is unavailable
            log.failed(error)
            failures += 1
            await asyncio.sleep(backoff_seconds(failures))
            continue
        log.succeeded()
        if result.all_delayed:  # the line about the mail has the reason, and when it is tried again
            failures += 1
            await asyncio.sleep(backoff_seconds(failures))
        elif not result.claimed:
            await _wait(wake, min(idle, poll))
        else:
            failures = 0


class _FailureLog:
    """Logs the first of several failures of the same kind, and the recovery from them."""

    def __init__(self) -> None:
        self._last: type[Exception] | None = None

    def failed(self, error: Exception) -> None:
        """Log the kind of a failure, unless it was the last one. The error's text may contain a value."""
        if type(error) is not self._last:
            self._last = type(error)
            _log.error("outbox worker failed, retrying: %s", self._last.__name__)

    def succeeded(self) -> None:
        """Log the recovery, if the worker has failed before."""
        if self._last is not None:
            self._last = None
            _log.info("outbox worker recovered")


async def _step(installation: Installation, mailer: Mailer, stopping: asyncio.Event) -> tuple[BatchResult, float]:
    """Attempt to send a batch; return the result and, if nothing is due, the seconds until the next email is."""
    result = await send_batch(installation, mailer, stopping)
    if result.claimed:
        return result, 0.0
    await mailer.close()  # keep no idle connection
    return result, await _seconds_until_due()


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
