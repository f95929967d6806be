"""Tests of telling kinds of files apart by their content."""

import io

import pytest

from services.imports.file_kinds import FileKind, detect_kind
from services.imports.report import UnreadableFileError
from tests.support.paths import ROOT
from tests.support.scenarios.tables import workbook_bytes, zip_bytes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
SAVE_AS = "open it in Excel, and save it as Excel Workbook (.xlsx) or CSV UTF-8"
NO_TABLE = "export the table as an Excel workbook (.xlsx) or a CSV file, and import that"


def compound(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + b"\0" * 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Ref,Name\n", FileKind.TEXT),
        ("Ref\tName\n".encode("utf-16-be"), FileKind.TEXT),
        (b"a\0b\nmore and more text of one line after another\n" * 10, FileKind.TEXT),
        (b"<Message/>", FileKind.ILR_RETURN),
        ("\ufeff\n <?xml version='1.0'?><Message/>".encode("utf-16"), FileKind.ILR_RETURN),
        (workbook_bytes([["x"]]), FileKind.WORKBOOK),
        (zip_bytes({"a.xml": "<Message/>"}), FileKind.ZIP_ARCHIVE),
    ],
)
def test_kinds_that_are_imported(content: bytes, kind: FileKind) -> None:
    stream = io.BytesIO(content)
    assert (detect_kind(stream, "a"), stream.tell()) == (kind, 0)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (compound("Workbook"), f"is an Excel 97-2003 Workbook (.xls); {SAVE_AS}"),
        (compound("Book"), f"is an Excel 97-2003 Workbook (.xls); {SAVE_AS}"),
        (compound("EncryptedPackage"), "is protected with a password; save it without one"),
        (compound("WordDocument"), f"is a Word document; {NO_TABLE}"),
        (compound("Thing"), f"is a document of an unknown kind; {NO_TABLE}"),
        (zip_bytes({"xl/workbook.bin": "x"}), f"is an Excel Binary Workbook (.xlsb); {SAVE_AS}"),
        (zip_bytes({"word/document.xml": "<x/>"}), f"is a Word document; {NO_TABLE}"),
        (
            zip_bytes({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
            "is an OpenDocument spreadsheet (.ods); save it as Excel Workbook (.xlsx) or CSV UTF-8",
        ),
        (
            zip_bytes({"mimetype": "application/vnd.oasis.opendocument.text"}),
            f"is an OpenDocument file, but not a spreadsheet; {NO_TABLE}",
        ),
        (b"PK\x05\x06" + b"\0" * 18, "is an empty ZIP archive"),
        (b"PK\x03\x04" + b"\0" * 100, "is a damaged ZIP archive or workbook; save or download it again"),
        (b"%PDF-1.7\n", f"is a PDF; {NO_TABLE}"),
        (b'[{"ref": 1}]', f"is JSON; {NO_TABLE}"),
        (b'{"ref": 1}', f"is JSON; {NO_TABLE}"),
        (b"<table><tr><td>Ref", f"is a web page (HTML), although some systems export it as .xls; {SAVE_AS}"),
        (b"\xef\xbb\xbf<!DOCTYPE HTML>", f"is a web page (HTML), although some systems export it as .xls; {SAVE_AS}"),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>',
            f"is an XML Spreadsheet 2003; {SAVE_AS}",
        ),
        (rb"{\rtf1", f"is a Rich Text document; {NO_TABLE}"),
        (bytes(range(256)) * 4, f"is not a text file; {NO_TABLE}"),
        (
            (ROOT / "docs/images/playground-listen.png").read_bytes(),
            f"is a file of the type image/png; {NO_TABLE}",
        ),
    ],
)
def test_other_kinds_are_named_with_what_to_do(content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        detect_kind(io.BytesIO(content), "a")
    assert str(raised.value) == f"a: {problem}"
