"""Tests of ZIP archives with an ILR return."""

import io
import zipfile

import pytest

from services.imports.archive import open_return
from services.imports.report import UnreadableFileError
from tests.support.scenarios.tables import zip_bytes

XML = "<Message/>"


@pytest.mark.parametrize(
    "parts",
    [
        {"ILR-10000001-2627.XML": XML},
        {"folder/a.xml": XML, "folder/": "", "readme.txt": "x", "__MACOSX/folder/._a.xml": "x"},
    ],
)
def test_the_only_xml_file_is_read(parts: dict[str, str]) -> None:
    with open_return(io.BytesIO(zip_bytes(parts)), "a.zip") as stream:
        assert stream.read() == XML.encode()


@pytest.mark.parametrize(
    ("parts", "has"),
    [
        ({"a.xml": XML, "b.xml": XML}, "2 XML files"),
        ({"a.csv": "x", "b.csv": "y"}, "2 files, but no XML file"),
        ({"a.csv": "x"}, "1 file, but no XML file"),
        ({"folder/": ""}, "no file"),
    ],
)
def test_other_archives_are_refused(parts: dict[str, str], has: str) -> None:
    with pytest.raises(UnreadableFileError) as raised, open_return(io.BytesIO(zip_bytes(parts)), "a.zip"):
        pass
    assert str(raised.value) == (
        f"a.zip: is a ZIP archive with {has}; only one with a single ILR return is read, so unpack it, and import the file "
        "that you mean"
    )


def test_an_archive_that_is_cut_off_or_damaged_is_refused() -> None:
    content = bytearray(zip_bytes({"a.xml": "x" * 10_000}))
    content[40:44] = b"\xff\xff\xff\xff"
    with pytest.raises(UnreadableFileError) as raised, open_return(io.BytesIO(content), "a.zip") as stream:
        stream.read()
    assert str(raised.value) == "a.zip: is a damaged ZIP archive; pack or download it again"


def test_methods_that_may_take_any_amount_of_memory_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.xml", XML)
    with pytest.raises(UnreadableFileError) as raised, open_return(stream, "a.zip"):
        pass
    assert (
        str(raised.value) == "a.zip: is a ZIP archive that cannot be unpacked here; unpack it, and import the XML file"
    )


def test_an_archive_with_a_password_is_refused() -> None:
    content = bytearray(zip_bytes({"a.xml": XML}))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of encryption in the central directory
    with pytest.raises(UnreadableFileError) as raised, open_return(io.BytesIO(content), "a.zip"):
        pass
    assert str(raised.value) == "a.zip: is a ZIP archive with a password; unpack it, and import the XML file"
