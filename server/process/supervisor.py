"""The supervisor of several server processes behind one socket: it starts, replaces and stops them.

uvicorn's own supervisor kills a worker that does not answer it within five seconds. On a busy machine a worker has not
imported its modules by then: it would be killed and started again for ever. This one leaves live workers alone.
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
TICKS_PER_CALL = 10
MIN_LIFETIME = 5.0
"""Seconds from a worker's start to that of its replacement, so that a repeated failure does not take all of the CPU."""
STOP_TIMEOUT = 60.0
"""Seconds for the workers to end, before they are killed: longer than connections, requests and mails may take."""

_spawn = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    ready_pipe: Connection
    started: float
    ready: bool = False

    def check_ready(self) -> None:
        """Read from the pipe whether the worker has become ready."""
        with contextlib.suppress(EOFError):  # the worker has ended
            if not self.ready and self.ready_pipe.poll():
                self.ready_pipe.recv_bytes()
                self.ready = True


class Supervisor:
    """The parent process of ``count`` workers."""

    def __init__(self, settings: Settings, url: str, bound: socket.socket, *, count: int) -> None:
        self._arguments = (settings, url, bound)
        self._count = count
        self._workers: list[_Worker] = []
        self._announced = False
        self._signals = 0

    def run(self, *, on_ready: Callable[[], None], on_tick: Callable[[], None]) -> None:
        """Keep the workers running until SIGINT or SIGTERM, then let them finish; a second signal kills them.

        ``on_ready`` is called once all of them answer clients, ``on_tick`` every second. If a worker fails before that,
        the process exits with uvicorn's STARTUP_FAILURE. Must be called from the main thread.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._count_signal)
        with shared_between_workers():
            try:
                self._workers = [self._start_worker() for _ in range(self._count)]
                self._supervise(on_ready, on_tick)
            finally:
                self._stop_workers()

    def _supervise(self, on_ready: Callable[[], None], on_tick: Callable[[], None]) -> None:
        ticks = 0
        while not self._signals:
            if ticks % TICKS_PER_CALL == 0:
                on_tick()
            self._check_workers(on_ready)
            ticks += 1
            time.sleep(TICK)

    def _count_signal(self, *_: object) -> None:
        self._signals += 1

    def _start_worker(self) -> _Worker:
        receiver, sender = _spawn.Pipe(duplex=False)
        process = _spawn.Process(target=_run_worker, args=(*self._arguments, sender))
        # Ctrl-C reaches every process of the terminal; the workers are to be stopped by their parent alone.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        sender.close()
        return _Worker(process, receiver, time.monotonic())

    def _check_workers(self, on_ready: Callable[[], None]) -> None:
        for position, worker in enumerate(self._workers):
            if worker.process.is_alive():
                worker.check_ready()
            else:
                self._replace(position, worker)
        if not self._announced and all(worker.ready for worker in self._workers):
            self._announced = True
            on_ready()

    def _replace(self, position: int, worker: _Worker) -> None:
        if not self._announced:
            sys.exit(STARTUP_FAILURE)
        if time.monotonic() - worker.started > MIN_LIFETIME:
            worker.ready_pipe.close()
            forget_worker(worker.process.pid)
            self._workers[position] = self._start_worker()

    def _stop_workers(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        while any(worker.process.is_alive() for worker in self._workers):
            if self._signals > 1 or time.monotonic() > deadline:
                for worker in self._workers:
                    worker.process.kill()
            time.sleep(TICK)


def _run_worker(settings: Settings, url: str, bound: socket.socket, ready_pipe: Connection) -> None:
    """Run a worker: a server process that ends with its parent, and writes to the pipe once it is ready."""
    configure_logging()
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def report_ready() -> None:
        with contextlib.suppress(OSError):  # the parent has ended; then this process ends, too
            ready_pipe.send_bytes(b"ready")

    run_server(settings, url, bound, on_ready=report_ready)


def _end_with_parent() -> None:
    # A killed parent stops no worker. They would hold the port, and a new server could not start.
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
