"""Writing emails to files in a directory."""

import email
import os
import stat
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from services.mail.transport import FolderMailer, MailDelayed
from tests.support.servers.full_disk import run_on_full_disk


def message(text: str = "Hello", *, message_id: str = "<0198@mail.example>") -> EmailMessage:
    draft = EmailMessage()
    draft["To"] = "ann@northgate.example"
    draft["Message-ID"] = message_id
    draft.set_content(text)
    return draft


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def file_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    previous_umask = os.umask(0)
    try:
        await FolderMailer(folder).send(message())
    finally:
        os.umask(previous_umask)
    assert files(folder) == [folder / "0198.eml"]
    assert (file_mode(folder), file_mode(folder / "0198.eml")) == (0o700, 0o600)
    parsed = email.message_from_bytes((folder / "0198.eml").read_bytes(), policy=default)
    assert (parsed["To"], parsed.get_content()) == ("ann@northgate.example", "Hello\n")


async def test_an_email_sent_again_replaces_its_file(tmp_path: Path) -> None:
    for text in ("once", "again"):
        await FolderMailer(tmp_path).send(message(text))
    (file,) = files(tmp_path)
    assert file.read_bytes().endswith(b"\n\nagain\n")


async def test_a_message_id_cannot_escape_the_directory(tmp_path: Path) -> None:
    await FolderMailer(tmp_path / "mail").send(message(message_id="<../../x@mail.example>"))
    assert files(tmp_path) == [tmp_path / "mail" / ".._.._x.eml"]


async def test_an_unwritable_directory_delays_every_email(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    mailer = FolderMailer(tmp_path / "mail")
    for attempt in (mailer.send(message()), mailer.check()):
        with pytest.raises(MailDelayed, match=r"^mail folder EEXIST \(File exists\)$") as delayed:
            await attempt
        assert delayed.value.affects_all
    await mailer.close()


async def test_check_leaves_no_file(tmp_path: Path) -> None:
    await FolderMailer(tmp_path / "mail").check()
    assert files(tmp_path) == []
    assert file_mode(tmp_path / "mail") == 0o700


def test_a_full_disk_delays_every_email_and_leaves_no_part(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from email.message import EmailMessage
from pathlib import Path
from services.mail.transport import FolderMailer, MailDelayed
message = EmailMessage()
message["Message-ID"] = "<1@mail.example>"
message.set_content("long " * 10_000)
try:
    asyncio.run(FolderMailer(Path(sys.argv[1], "mail")).send(message))
except MailDelayed as delayed:
    print(delayed.affects_all, delayed.reason, list(Path(sys.argv[1], "mail").iterdir()))
"""
    assert run_on_full_disk(tmp_path, script) == "True mail folder ENOSPC (No space left on device) []\n"
