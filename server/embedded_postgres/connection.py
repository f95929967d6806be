"""How clients reach the embedded PostgreSQL: by a Unix socket in a folder of mode 0700, and by no port."""

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
"""Bytes; Linux allows 107, other systems 103."""

_PROTOCOL_VERSION = 196_608  # 3.0
_TERMINATE = b"X\0\0\0\4"


def connection_url(socket_folder: Path) -> str:
    """Return the URL of the database behind the socket in this folder."""
    return f"postgres://{USER}@/{DATABASE}?host={quote(str(socket_folder), safe='')}"


def socket_folder_of(data: Path) -> Path:
    """Return the folder of the socket: the data folder, or a temporary folder if its path is too long for a socket.

    The name of the temporary folder is derived from the data folder, so that every start uses the same one. Raises
    EmbeddedPostgresError if somebody else could use it.
    """
    if len(os.fsencode(data / SOCKET_NAME)) <= MAX_SOCKET_PATH:
        return data
    name = f"trackers-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if (status.st_uid, status.st_mode) != (os.geteuid(), 0o40700):
        raise EmbeddedPostgresError(f"{folder} belongs to another user or is open to others: remove it")
    return folder


def accepts_clients(socket_folder: Path) -> bool:
    """Return whether the server lets a client in: whether it answers a start-up message with AuthenticationOk."""
    message = struct.pack("!i", _PROTOCOL_VERSION) + f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(socket_folder / SOCKET_NAME))
            client.sendall(struct.pack("!i", len(message) + 4) + message)
            accepted = client.recv(1) == b"R"
            client.sendall(_TERMINATE)
            while client.recv(4096):  # read to the end, or the server logs a lost connection
                continue
            return accepted
    except OSError:
        return False
