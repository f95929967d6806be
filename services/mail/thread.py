"""The outbox worker in a thread of its own, so that composing and sending emails does not hold up requests."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import Future

import uvloop

from models.database import own_connections
from services.installation import Installation
from services.mail.transport import Mailer
from services.mail.worker import run_outbox

_CONNECTIONS = 2
_log = logging.getLogger("trackers.mail")


async def run_outbox_thread(
    credentials: Mapping[str, object], installation: Installation, mailer: Mailer, wake: asyncio.Event
) -> None:
    """Run the outbox worker in a thread until cancelled, then let it finish the email being sent and end.

    The thread has an event loop and database connections of its own, and closes the mailer. Setting ``wake`` makes it
    check the outbox; it is cleared here.
    """
    thread = _OutboxThread(credentials, installation, mailer)
    ended = asyncio.wrap_future(thread.start())
    forwarding = asyncio.create_task(thread.forward(wake))
    try:
        await asyncio.shield(ended)
    except Exception as error:
        _log.critical("outbox worker ended, and no mail is sent until a restart: %s", type(error).__name__)
        raise
    finally:
        forwarding.cancel()
        thread.stop()
        await asyncio.wait([ended])
        thread.join()


class _OutboxThread:
    """A thread with an event loop in which the outbox worker runs."""

    def __init__(self, credentials: Mapping[str, object], installation: Installation, mailer: Mailer) -> None:
        self._credentials, self._installation, self._mailer = credentials, installation, mailer
        # With a factory, the runner does not make its loop that of the thread that creates it.
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._loop = self._runner.get_loop()
        self._woken, self._stopped = asyncio.Event(), asyncio.Event()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> Future[None]:
        """Start the thread, and return what is done when it has ended."""
        self._thread.start()
        return self._ended

    async def forward(self, wake: asyncio.Event) -> None:
        """Pass on each wake-up of the caller's loop."""
        while True:
            await wake.wait()
            wake.clear()
            self._set(self._woken)

    def stop(self) -> None:
        """Ask the thread to end."""
        self._set(self._stopped)

    def join(self) -> None:
        """Wait for the thread, which has nothing left to do."""
        self._thread.join()

    def _set(self, event: asyncio.Event) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(event.set)

    def _run(self) -> None:
        try:
            with self._runner as runner:
                runner.run(self._work())
        except BaseException as error:
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    async def _work(self) -> None:
        async with own_connections(self._credentials, size=_CONNECTIONS):
            worker = asyncio.create_task(run_outbox(self._installation, self._mailer, self._woken))
            stopped = asyncio.create_task(self._stopped.wait())
            await asyncio.wait([worker, stopped], return_when=asyncio.FIRST_COMPLETED)
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker
            await self._mailer.close()
