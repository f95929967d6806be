"""Connections to the embedded PostgreSQL, which are made through a Unix socket in a directory of mode 0700."""

import hashlib
import os
import socket
import struct
import tempfile
from pathlib import Path
from urllib.parse import quote

from server.embedded_postgres.errors import EmbeddedPostgresError

USER = DATABASE = "trackers"
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 100
"""The maximum length in bytes; Linux allows 107, other systems 103."""

_PROTOCOL_VERSION = 196_608  # 3.0
_TERMINATE = b"X\0\0\0\4"


def connection_url(socket_dir: Path) -> str:
    """Return the URL of the database for the socket in this directory."""
    return f"postgres://{USER}@/{DATABASE}?host={quote(str(socket_dir), safe='')}"


def socket_directory(data_dir: Path) -> Path:
    """Return the directory for the socket: the data directory or, if its path is too long, a temporary directory.

    The name of the temporary directory is derived from the path, so that every start uses the same one. Raises
    EmbeddedPostgresError if other users could access it.
    """
    if len(os.fsencode(data_dir / SOCKET_NAME)) <= MAX_SOCKET_PATH:
        return data_dir
    name = f"trackers-{os.geteuid()}-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if (status.st_uid, status.st_mode) != (os.geteuid(), 0o40700):
        raise EmbeddedPostgresError(f"{folder} belongs to another user or is open to others: remove it")
    return folder


def accepts_clients(socket_dir: Path) -> bool:
    """Return whether the server accepts clients, that is, answers a startup message with AuthenticationOk."""
    message = struct.pack("!i", _PROTOCOL_VERSION) + f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(socket_dir / SOCKET_NAME))
            client.sendall(struct.pack("!i", len(message) + 4) + message)
            accepted = client.recv(1) == b"R"
            client.sendall(_TERMINATE)
            while client.recv(4096):  # read to the end, or else the server logs a lost connection
                continue
            return accepted
    except OSError:
        return False
