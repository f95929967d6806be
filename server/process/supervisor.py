"""The supervisor of several worker processes that share a socket: it starts, replaces and stops them.

Workers are forked, so that they start with the modules that the supervisor has imported, and share the memory. That
is safe while the supervisor has neither other threads nor connections.

uvicorn's own supervisor kills a worker that does not respond within five seconds. On a busy machine, a worker has not
finished its imports by then, so it would be killed and restarted forever. This supervisor never kills a live worker
while it serves.
"""

import contextlib
import logging
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess

from uvicorn.config import STARTUP_FAILURE

from server.observability.metrics import forget_worker
from server.process.acceptor import NOT_SERVING, Acceptor, ConnectionCounts
from server.process.worker import run_server
from server.settings import Settings

TICK = 0.1  # seconds
TICKS_PER_CALL = 10
MIN_LIFETIME = 5.0
"""The minimum number of seconds between a worker's start and its replacement, so that crashes do not use up the CPU."""
STOP_TIMEOUT = 60.0
"""Seconds after which workers that are still running are killed; connections, requests and emails may take less."""

_log = logging.getLogger("trackers.serve")
_fork = multiprocessing.get_context("fork")


@dataclass(slots=True)
class _Worker:
    process: ForkProcess
    ready_pipe: Connection
    started_at: float
    is_ready: bool = False

    def check_ready(self) -> None:
        """Update ``is_ready``, reading from the pipe whether the worker has become ready."""
        with contextlib.suppress(EOFError):  # the worker has ended
            if not self.is_ready and self.ready_pipe.poll():
                self.ready_pipe.recv_bytes()
                self.is_ready = True


class Supervisor:
    """Runs ``count`` worker processes, and replaces those that end."""

    def __init__(self, settings: Settings, url: str, server_socket: socket.socket, *, count: int) -> None:
        self._arguments = (settings, url, server_socket)
        self._count = count
        self._connections = ConnectionCounts(_fork, count)
        self._workers: list[_Worker] = []
        self._announced = False
        self._signals = 0

    def run(self, *, on_ready: Callable[[], None], on_tick: Callable[[], None]) -> None:
        """Keep the workers running until SIGINT or SIGTERM, then let them finish; a second signal kills them.

        ``on_ready`` is called once all workers accept requests, and ``on_tick`` every second. If a worker ends before
        ``on_ready`` is called, this process exits with uvicorn's STARTUP_FAILURE. Must be called from the main thread.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._count_signal)
        try:
            for position in range(self._count):
                self._workers.append(self._start_worker(position))
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

    def _start_worker(self, position: int) -> _Worker:
        receiver, sender = _fork.Pipe(duplex=False)
        arguments = (*self._arguments, self._connections, position, sender, os.getpid())
        process = _fork.Process(target=_run_worker, args=arguments)
        # Ctrl-C signals every process of the terminal, but only the parent should stop the workers. SIGTERM waits until
        # the worker has given up the supervisor's handlers.
        previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
        sender.close()
        return _Worker(process, receiver, time.monotonic())

    def _check_workers(self, on_ready: Callable[[], None]) -> None:
        for position, worker in enumerate(self._workers):
            if worker.process.is_alive():
                worker.check_ready()
            else:
                self._connections.publish(position, NOT_SERVING)
                self._replace(position, worker)
        if not self._announced and all(worker.is_ready for worker in self._workers):
            self._announced = True
            on_ready()

    def _replace(self, position: int, worker: _Worker) -> None:
        pid, end = worker.process.pid, _describe_end(worker.process.exitcode)
        if not self._announced:
            _log.error("worker %s %s while starting, so the server stops", pid, end)
            sys.exit(STARTUP_FAILURE)
        if time.monotonic() - worker.started_at > MIN_LIFETIME:
            worker.ready_pipe.close()
            forget_worker(pid)
            self._workers[position] = replacement = self._start_worker(position)
            _log.error("worker %s %s; worker %s replaces it", pid, end, replacement.process.pid)

    def _stop_workers(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        while any(worker.process.is_alive() for worker in self._workers):
            if self._signals > 1 or time.monotonic() > deadline:
                for worker in self._workers:
                    worker.process.kill()
            time.sleep(TICK)


def _describe_end(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        return f"was killed by {signal.Signals(-exit_code).name}"
    except ValueError:  # a real-time signal has no name
        return f"was killed by signal {-exit_code}"


def _run_worker(
    settings: Settings,
    url: str,
    server_socket: socket.socket,
    counts: ConnectionCounts,
    position: int,
    ready_pipe: Connection,
    supervisor: int,
) -> None:
    """Run a worker, a server process that writes to the pipe once it is ready and ends with its parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    threading.Thread(target=_end_with, args=(supervisor,), daemon=True).start()

    def report_ready() -> None:
        with contextlib.suppress(OSError):  # the parent has ended, so this process is about to end too
            ready_pipe.send_bytes(b"ready")

    acceptor = Acceptor(counts, position)
    run_server(settings, url, server_socket, on_ready=report_ready, acceptor=acceptor)


def _end_with(supervisor: int) -> None:
    # A killed parent does not stop its workers, which would then keep the port and prevent a new server from starting.
    # multiprocessing tells them only when all younger workers, which have inherited its pipe, have ended too.
    with contextlib.suppress(ProcessLookupError):
        poll = select.poll()
        poll.register(os.pidfd_open(supervisor), select.POLLIN)
        poll.poll()
    os.kill(os.getpid(), signal.SIGTERM)
