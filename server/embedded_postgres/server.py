"""The embedded PostgreSQL's start and stop.

``postgres`` runs as a child of this process and ends with it. It listens on a socket in a folder of mode 0700 and on no
port, hence the authentication method ``trust``.

A lock file beside a data folder says who works in it. It is locked by the process that starts PostgreSQL and inherited
by PostgreSQL, so it is held for exactly as long as any process of that server lives, orphaned or not.
"""

import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server.embedded_postgres.binaries import binary
from server.embedded_postgres.child_process import ChildProcessRefusedError, leading_command, start
from server.embedded_postgres.connection import SOCKET_NAME, accepts_clients, connection_url, socket_folder_of
from server.embedded_postgres.errors import EmbeddedPostgresError, exit_error
from server.embedded_postgres.initdb import create_data_folder

START_TIMEOUT = 60.0
"""Seconds for recovery after a crash, or until another process releases the data folder."""

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "io_method": "sync",  # a small database in memory needs no I/O workers
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No value that a user has entered may reach the log. An error's own text may quote one: it goes to the client only.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# SIGINT is the fast shutdown, SIGQUIT the immediate one. After the latter two the next start recovers.
_STOP_SIGNALS = ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))


@contextmanager
def embedded_postgres(data: Path, *, log: Path, durable: bool = True) -> Iterator[str]:
    """Yield the URL of this data folder's PostgreSQL: of the running one, or of one started for the block.

    Creates the data folder if there is none, and appends PostgreSQL's log to ``log``. ``durable=False`` is for tests: it
    is faster, and loses data in a power cut. Must be entered from the main thread, as the kernel ends the child with the
    thread that started it. Raises EmbeddedPostgresError.
    """
    data, log = data.absolute(), log.absolute()
    with _lock_file(data) as lock:
        url = _wait_for_lock_or_url(lock, data)
        server = None if url else _start(data, log, lock, durable)
    try:
        yield url or connection_url(socket_folder_of(data))
    finally:
        if server:
            _stop(server)


def running_url(data: Path) -> str | None:
    """Return the URL of the PostgreSQL that runs in this data folder and accepts clients; None if there is none."""
    try:
        # The lines of postmaster.pid: process, data folder, time of start, port, socket folder …
        socket_folder = Path((data / "postmaster.pid").read_text().splitlines()[4])
    except (OSError, IndexError):
        return None
    return connection_url(socket_folder) if accepts_clients(socket_folder) else None


def is_in_use(data: Path) -> bool:
    """Return whether any process of a PostgreSQL works in this data folder, whoever started it."""
    with _lock_file(data.absolute()) as lock:
        return not _try_lock(lock)


def _lock_file(data: Path) -> IO[str]:
    """Open the lock file. It is never removed, or two processes could each hold a lock of that name."""
    try:
        data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if data.exists() and (owner := data.stat().st_uid) != os.geteuid():
            raise EmbeddedPostgresError(f"{data} belongs to the user {owner}: run this as that user")
        return os.fdopen(os.open(f"{data}.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise EmbeddedPostgresError(f"The embedded PostgreSQL's folder cannot be used: {error}") from error


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_lock_or_url(lock: IO[str], data: Path) -> str | None:
    """Return None once this process has the lock, or the URL once another process's PostgreSQL accepts clients."""
    deadline = time.monotonic() + START_TIMEOUT
    while not _try_lock(lock):
        if (url := running_url(data)) is not None:
            return url
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"{data} is in use by a PostgreSQL that does not answer: stop it first")
        time.sleep(0.02)
    return None


def _start(data: Path, log: Path, lock: IO[str], durable: bool) -> subprocess.Popen[bytes]:
    """Start ``postgres``, and wait until it accepts clients."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("PostgreSQL would end with this thread: start it from the main one")
    socket_folder = socket_folder_of(data)
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
    settings["unix_socket_directories"] = '"' + str(socket_folder).replace('"', '""') + '"'
    try:
        prefix = leading_command(binary("postgres"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            create_data_folder(data, prefix, output, lock, durable=durable)
            # This process holds the lock, so no server runs: a process with the number in these files is another one.
            (data / "postmaster.pid").unlink(missing_ok=True)
            (socket_folder / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            command = [*prefix, binary("postgres"), "-D", str(data), *options]
            server = start(command, output=output, inherited=lock)
    except (OSError, ChildProcessRefusedError) as error:
        raise EmbeddedPostgresError(f"No embedded PostgreSQL: {error}, or set TRACKERS_DATABASE_URL") from error
    _wait_until_ready(server, socket_folder, log)
    return server


def _wait_until_ready(server: subprocess.Popen[bytes], socket_folder: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    try:
        while not accepts_clients(socket_folder):
            if (code := server.poll()) is not None:
                raise exit_error("PostgreSQL", code, log)
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not accept clients after {START_TIMEOUT:.0f} s; its log is {log}"
                )
            time.sleep(0.01)
    except BaseException:
        _stop(server)
        raise


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the child: fast, then immediately, then by force."""
    for number, timeout in _STOP_SIGNALS:
        server.send_signal(number)
        try:
            server.wait(timeout)
        except subprocess.TimeoutExpired:
            continue
        return
