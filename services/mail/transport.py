"""Transports, which deliver rendered emails: their protocol and exceptions, and one that writes files to a directory.

A transport classifies failures. If the recipient or the content is rejected, the email can never be delivered:
``MailRefused``. A failure that is transient, or that the operator can correct within the day (no connection, a rejected
password or sender, no STARTTLS, relaying denied), is ``MailDelayed``.
"""

import asyncio
import contextlib
import errno
import os
import re
import secrets
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Protocol


class MailRefused(Exception):  # noqa: N818 - an outcome, not an error
    """Raised when an email can never be delivered; ``reason`` is a short code without address or content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailDelayed(Exception):  # noqa: N818 - an outcome, not an error
    """Raised on a transient failure; ``affects_all`` is true if every other email would fail too."""

    def __init__(self, reason: str, *, affects_all: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.affects_all = affects_all


class Mailer(Protocol):
    """A transport that delivers emails, one at a time."""

    async def send(self, message: EmailMessage) -> None:
        """Deliver one email, and return once the receiver has accepted it. Raises MailRefused or MailDelayed."""

    async def check(self) -> None:
        """Perform every step that precedes an email, without sending one. Raises MailDelayed."""

    async def close(self) -> None:
        """Close the connection that ``send`` keeps open; a later ``send`` opens a new one."""


class FolderMailer:
    """Writes each email to ``<id>.eml``, named after its Message-ID, in a directory that only its owner can read.

    Sending an email again replaces its file. Readers never see a partially written file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Write the email to its file; raise MailDelayed if the directory is not writable."""
        name = re.sub(r"[^A-Za-z0-9._-]", "_", str(message["Message-ID"]).strip("<>").rpartition("@")[0])
        await self._write(name, message.as_bytes(policy=default))

    async def check(self) -> None:
        """Write a file and remove it; raise MailDelayed if the directory is not writable."""
        await self._write(None, b"")

    async def close(self) -> None:
        """Do nothing, because no file is kept open."""

    async def _write(self, name: str | None, content: bytes) -> None:
        try:
            await asyncio.to_thread(_write_atomically, self._folder, name, content)
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "error")
            raise MailDelayed(f"mail folder {code} ({error.strerror})", affects_all=True) from error


def _write_atomically(folder: Path, name: str | None, content: bytes) -> None:
    """Write ``<name>.eml`` by renaming a complete file; without a name, only check that a file can be written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary_path = folder / f".{secrets.token_hex(8)}.part"
    try:
        with os.fdopen(os.open(temporary_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if name is not None:
            temporary_path.replace(folder / f"{name}.eml")
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary_path.unlink()
