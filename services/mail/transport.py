"""How a finished mail leaves: by SMTP, or as a file in a folder.

What a failure means is decided here. What is wrong with one mail for good (its recipient or its content is
refused) is ``MailRefused``. What passes, or what the operator can mend within the day (no connection, a refused
password or sender, a missing STARTTLS, a forbidden relay), is ``MailDelayed``.
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
    """This mail will never be taken. The reason is a short code without address or content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailDelayed(Exception):  # noqa: N818 - an answer, not a failure
    """This mail was not taken now; ``everything`` says that no other mail would fare better."""

    def __init__(self, reason: str, *, everything: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.everything = everything


class Mailer(Protocol):
    """Something that takes mails, one at a time."""

    async def send(self, message: EmailMessage) -> None:
        """Hand one mail over; when this returns, it is the receiver's. Raises MailRefused or MailDelayed."""

    async def check(self) -> None:
        """Do all that comes before a mail, and send none. Raises MailDelayed."""

    async def close(self) -> None:
        """Let go of what sending keeps open. A later ``send`` opens it again."""


class FolderMailer:
    """Writes each mail as ``<id>.eml``, named by its Message-ID, into a folder that is its owner's alone.

    A mail sent again replaces its file; a reader never sees half of one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Write the mail. Raises MailDelayed where the folder does not take it."""
        name = re.sub(r"[^A-Za-z0-9._-]", "_", str(message["Message-ID"]).strip("<>").rpartition("@")[0])
        await self._try(name, message.as_bytes(policy=default))

    async def check(self) -> None:
        """Write a file and remove it. Raises MailDelayed where the folder does not take it."""
        await self._try(None, b"")

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _try(self, name: str | None, content: bytes) -> None:
        try:
            await asyncio.to_thread(_write, self._folder, name, content)
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "error")
            raise MailDelayed(f"mail folder {code}", everything=True) from error


def _write(folder: Path, name: str | None, content: bytes) -> None:
    """Make ``<name>.eml`` appear whole; without a name, only try whether one could be written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder / f".{secrets.token_hex(8)}.part"
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if name is not None:
            made.replace(folder / f"{name}.eml")
    finally:
        with contextlib.suppress(FileNotFoundError):
            made.unlink()
