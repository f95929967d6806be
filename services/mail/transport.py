"""Deliver a finished mail: what every transport does, and the one that writes files into a folder.

A transport decides what a failure means. A mail whose recipient or content is rejected can never be delivered:
``MailRefused``. What passes, or what the operator can correct within the day (no connection, a rejected password or
sender, a missing STARTTLS, a forbidden relay), is ``MailDelayed``.
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


class MailRefused(Exception):  # noqa: N818 - an answer, not a failure
    """A mail will never be accepted; ``reason`` is a short code without address or content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailDelayed(Exception):  # noqa: N818 - an answer, not a failure
    """A mail was not accepted now; ``affects_all`` says that any other mail would have failed too."""

    def __init__(self, reason: str, *, affects_all: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.affects_all = affects_all


class Mailer(Protocol):
    """A transport that takes mails, one at a time."""

    async def send(self, message: EmailMessage) -> None:
        """Deliver one mail; when this returns, the receiver has it. Raises MailRefused or MailDelayed."""

    async def check(self) -> None:
        """Do everything that precedes a mail, and send none. Raises MailDelayed."""

    async def close(self) -> None:
        """Close what sending keeps open; a later ``send`` opens it again."""


class FolderMailer:
    """Writes each mail as ``<id>.eml``, named by its Message-ID, into a folder that only its owner can read.

    A mail sent again replaces its file; a reader never sees half of one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Write the mail; raises MailDelayed if the folder cannot be written to."""
        name = re.sub(r"[^A-Za-z0-9._-]", "_", str(message["Message-ID"]).strip("<>").rpartition("@")[0])
        await self._write(name, message.as_bytes(policy=default))

    async def check(self) -> None:
        """Write a file and remove it; raises MailDelayed if the folder cannot be written to."""
        await self._write(None, b"")

    async def close(self) -> None:
        """Do nothing: no file is kept open."""

    async def _write(self, name: str | None, content: bytes) -> None:
        try:
            await asyncio.to_thread(_write_atomically, self._folder, name, content)
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "error")
            raise MailDelayed(f"mail folder {code}", affects_all=True) from error


def _write_atomically(folder: Path, name: str | None, content: bytes) -> None:
    """Write ``<name>.eml`` by renaming a complete file; without a name, only try whether one can be written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / f".{secrets.token_hex(8)}.part"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if name is not None:
            partial.replace(folder / f"{name}.eml")
    finally:
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
