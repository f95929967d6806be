"""Mails written as files into a folder."""

import email
import os
import stat
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from services.mail.transport import FolderMailer, MailDelayed


def message(text: str = "Hello", *, message_id: str = "<0198@mail.example>") -> EmailMessage:
    built = EmailMessage()
    built["To"] = "ann@northgate.example"
    built["Message-ID"] = message_id
    built.set_content(text)
    return built


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_file_only_its_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    before = os.umask(0)
    try:
        await FolderMailer(folder).send(message())
    finally:
        os.umask(before)
    assert files(folder) == [folder / "0198.eml"]
    assert (mode(folder), mode(folder / "0198.eml")) == (0o700, 0o600)
    read = email.message_from_bytes((folder / "0198.eml").read_bytes(), policy=default)
    assert (read["To"], read.get_content()) == ("ann@northgate.example", "Hello\n")


async def test_a_mail_sent_again_replaces_its_file(tmp_path: Path) -> None:
    for text in ("once", "again"):
        await FolderMailer(tmp_path).send(message(text))
    (written,) = files(tmp_path)
    assert written.read_bytes().endswith(b"\n\nagain\n")


async def test_a_message_id_cannot_name_a_file_outside_the_folder(tmp_path: Path) -> None:
    await FolderMailer(tmp_path / "mail").send(message(message_id="<../../x@mail.example>"))
    assert files(tmp_path) == [tmp_path / "mail" / ".._.._x.eml"]


async def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    mailer = FolderMailer(tmp_path / "mail")
    for attempt in (mailer.send(message()), mailer.check()):
        with pytest.raises(MailDelayed, match=r"^mail folder EEXIST$") as delayed:
            await attempt
        assert delayed.value.affects_all
    await mailer.close()


async def test_a_check_leaves_nothing(tmp_path: Path) -> None:
    await FolderMailer(tmp_path / "mail").check()
    assert files(tmp_path) == []
    assert mode(tmp_path / "mail") == 0o700
