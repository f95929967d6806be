"""Starting and stopping the embedded PostgreSQL.

``postgres`` runs as a child of this process and ends with it. It listens on a Unix socket in a directory of mode 0700
and on no TCP port, which is why the authentication method is ``trust``.

A lock file next to the data directory is locked by the process that starts PostgreSQL and inherited by PostgreSQL. The
lock is thus held for exactly as long as any process of that server is alive, even an orphaned one.
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
from server.embedded_postgres.child_process import ChildProcessRefusedError, command_prefix, start
from server.embedded_postgres.connection import SOCKET_NAME, accepts_clients, connection_url, socket_directory
from server.embedded_postgres.errors import EmbeddedPostgresError, exit_error
from server.embedded_postgres.initdb import create_data_directory

START_TIMEOUT = 60.0
"""Seconds to wait for recovery after a crash, or for another process to release the data directory."""

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
    # No user input may reach the log. An error message may quote some, so it is sent only to the client.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# SIGINT requests a fast shutdown, SIGQUIT an immediate one. After SIGQUIT or SIGKILL, the next start runs recovery.
_STOP_SIGNALS = ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))


@contextmanager
def embedded_postgres(data_dir: Path, *, log: Path, durable: bool = True) -> Iterator[str]:
    """Yield the URL of the PostgreSQL server for this data directory, starting it for the block if it is not running.

    Creates the data directory if there is none, and appends PostgreSQL's log to the file ``log``. ``durable=False`` is
    for tests: it is faster, but loses data in a power cut. Must be entered from the main thread, because the kernel
    ends the child with the thread that started it. Raises EmbeddedPostgresError.
    """
    data_dir, log = data_dir.absolute(), log.absolute()
    with _lock_file(data_dir) as lock:
        url = _wait_for_lock_or_url(lock, data_dir)
        server = None if url else _start(data_dir, log, lock, durable)
    try:
        yield url or connection_url(socket_directory(data_dir))
    finally:
        if server:
            _stop(server)


def running_server_url(data_dir: Path) -> str | None:
    """Return the URL of the server that runs in this data directory and accepts clients, or None if there is none."""
    try:
        # The lines of postmaster.pid: process, data directory, start time, port, socket directory …
        socket_dir = Path((data_dir / "postmaster.pid").read_text().splitlines()[4])
    except (OSError, IndexError):
        return None
    return connection_url(socket_dir) if accepts_clients(socket_dir) else None


def is_in_use(data_dir: Path) -> bool:
    """Return whether a PostgreSQL server, started by any process, is using this data directory."""
    with _lock_file(data_dir.absolute()) as lock:
        return not _try_lock(lock)


def _lock_file(data_dir: Path) -> IO[str]:
    """Open the lock file. It is never removed; otherwise two processes could lock different files of the same name."""
    try:
        data_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if data_dir.exists() and (owner := data_dir.stat().st_uid) != os.geteuid():
            raise EmbeddedPostgresError(f"{data_dir} belongs to the user {owner}: run this as that user")
        return os.fdopen(os.open(f"{data_dir}.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise EmbeddedPostgresError(f"The embedded PostgreSQL's folder cannot be used: {error}") from error


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_lock_or_url(lock: IO[str], data_dir: Path) -> str | None:
    """Wait, and return None once this process holds the lock, or the URL once another process's server is ready."""
    deadline = time.monotonic() + START_TIMEOUT
    while not _try_lock(lock):
        if (url := running_server_url(data_dir)) is not None:
            return url
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"{data_dir} is in use by a PostgreSQL that does not answer: stop it first")
        time.sleep(0.02)
    return None


def _start(data_dir: Path, log: Path, lock: IO[str], durable: bool) -> subprocess.Popen[bytes]:
    """Start ``postgres``, and wait until it accepts clients."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("PostgreSQL would end with this thread: start it from the main one")
    socket_dir = socket_directory(data_dir)
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
    settings["unix_socket_directories"] = '"' + str(socket_dir).replace('"', '""') + '"'
    try:
        prefix = command_prefix(binary("postgres"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            create_data_directory(data_dir, prefix, output, lock, durable=durable)
            # This process holds the lock, so no server is running: a process with the PID in these files is unrelated.
            (data_dir / "postmaster.pid").unlink(missing_ok=True)
            (socket_dir / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            command = [*prefix, binary("postgres"), "-D", str(data_dir), *options]
            server = start(command, output=output, inherited=lock)
    except (OSError, ChildProcessRefusedError) as error:
        raise EmbeddedPostgresError(f"No embedded PostgreSQL: {error}, or set TRACKERS_DATABASE_URL") from error
    _wait_until_ready(server, socket_dir, log)
    return server


def _wait_until_ready(server: subprocess.Popen[bytes], socket_dir: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    try:
        while not accepts_clients(socket_dir):
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
    """Stop the child with a fast shutdown or, if it does not end in time, an immediate shutdown or SIGKILL."""
    for number, timeout in _STOP_SIGNALS:
        server.send_signal(number)
        try:
            server.wait(timeout)
        except subprocess.TimeoutExpired:
            continue
        return
