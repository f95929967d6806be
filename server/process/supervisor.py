"""Several server processes behind one socket, and their parent, which begins them, replaces them and ends them.

uvicorn's own keeper kills a worker that does not answer it within five seconds. On a busy machine one that starts
has not read its modules by then: it is killed and begun again for ever, and nobody is served. Here whoever lives
is left alone.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from uvicorn.config import STARTUP_FAILURE

from server.observability.logging import configure_logging
from server.observability.metrics import forget_worker, shared_between_workers
from server.process.worker import run_server
from server.settings import Settings

TICK = 0.1  # seconds
TICKS_BETWEEN_LOOKS = 10
SHORTEST_LIFE = 5.0  # seconds; whoever ends sooner is replaced only then, lest a fault be repeated without a pause
PATIENCE = 60.0  # seconds for the workers to end; longer than the sockets, requests and mails under way may take

_spawn = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    told: Connection
    begun: float
    ready: bool = False

    def listen(self) -> None:
        """Hear whether it is ready."""
        with contextlib.suppress(EOFError):  # it has ended
            if not self.ready and self.told.poll():
                self.told.recv_bytes()
                self.ready = True


class Workers:
    """The parent of so many workers."""

    def __init__(self, settings: Settings, url: str, bound: socket.socket, *, count: int) -> None:
        self._arguments = (settings, url, bound)
        self._count = count
        self._workers: list[_Worker] = []
        self._announced = False
        self._told_to_end = 0

    def run(self, *, ready: Callable[[], None], look: Callable[[], None]) -> None:
        """Keep them until SIGINT or SIGTERM, then let them finish; a second signal cuts that short.

        ``ready`` is called once all of them answer clients, ``look`` every second. A worker that fails before that
        ends the whole with uvicorn's code for it. To be called from the main thread.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        with shared_between_workers():
            try:
                self._workers = [self._begin() for _ in range(self._count)]
                self._keep(ready, look)
            finally:
                self._end_all()

    def _keep(self, ready: Callable[[], None], look: Callable[[], None]) -> None:
        ticks = 0
        while not self._told_to_end:
            if ticks % TICKS_BETWEEN_LOOKS == 0:
                look()
            self._attend(ready)
            ticks += 1
            time.sleep(TICK)

    def _end(self, *_: object) -> None:
        self._told_to_end += 1

    def _begin(self) -> _Worker:
        told, telling = _spawn.Pipe(duplex=False)
        process = _spawn.Process(target=_work, args=(*self._arguments, telling))
        # Ctrl-C reaches every process of the terminal; the workers are to hear of the end from their parent alone.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        telling.close()
        return _Worker(process, told, time.monotonic())

    def _attend(self, ready: Callable[[], None]) -> None:
        for place, worker in enumerate(self._workers):
            if worker.process.is_alive():
                worker.listen()
            else:
                self._replace(place, worker)
        if not self._announced and all(worker.ready for worker in self._workers):
            self._announced = True
            ready()

    def _replace(self, place: int, worker: _Worker) -> None:
        if not self._announced:
            sys.exit(STARTUP_FAILURE)
        if time.monotonic() - worker.begun > SHORTEST_LIFE:
            worker.told.close()
            forget_worker(worker.process.pid)
            self._workers[place] = self._begin()

    def _end_all(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + PATIENCE
        while any(worker.process.is_alive() for worker in self._workers):
            if self._told_to_end > 1 or time.monotonic() > deadline:
                for worker in self._workers:
                    worker.process.kill()
            time.sleep(TICK)


def _work(settings: Settings, url: str, bound: socket.socket, telling: Connection) -> None:
    """What a worker does."""
    configure_logging()
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def ready() -> None:
        with contextlib.suppress(OSError):  # the parent is gone; then this process ends, too
            telling.send_bytes(b"ready")

    run_server(settings, url, bound, ready=ready)


def _end_with_parent() -> None:
    # A parent that was killed ends nobody; its workers would hold the port, and a new server could not start.
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
