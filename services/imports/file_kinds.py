"""Detection of what an imported file is, from its content: a return, an archive with one, a workbook or a text file.

Any other kind that offices have is named, together with what to do.
"""

import re
import zipfile
from enum import Enum, auto
from typing import BinaryIO

from services.imports.report import UnreadableFileError
from services.kernel.file_types import ContentSniffer

_HEAD_BYTES = 4096
_CHUNK_BYTES = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "open it in Excel, and save it as Excel Workbook (.xlsx) or CSV UTF-8"
_NO_TABLE = "export the table as an Excel workbook (.xlsx) or a CSV file, and import that"
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")

# The kinds of ZIP archives, by a part that each has.
_ARCHIVES = {
    "xl/workbook.bin": f"is an Excel Binary Workbook (.xlsb); {_SAVE_AS}",
    "word/document.xml": f"is a Word document; {_NO_TABLE}",
    "ppt/presentation.xml": f"is a PowerPoint presentation; {_NO_TABLE}",
    "Index/Document.iwa": "is an Apple Numbers, Pages or Keynote document; export it as Excel (.xlsx) or CSV",
}
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.spreadsheet": (
        "is an OpenDocument spreadsheet (.ods); save it as Excel Workbook (.xlsx) or CSV UTF-8"
    ),
    b"application/vnd.oasis.opendocument": f"is an OpenDocument file, but not a spreadsheet; {_NO_TABLE}",
}
# The kinds of OLE compound files, by the name of a stream that each has.
_COMPOUNDS = {
    "EncryptedPackage": "is protected with a password; save it without one",
    "WordDocument": f"is a Word document; {_NO_TABLE}",
    "PowerPoint Document": f"is a PowerPoint presentation; {_NO_TABLE}",
    "__properties_version1.0": f"is an Outlook message; save its attachment, or {_NO_TABLE}",
    "Workbook": f"is an Excel 97-2003 Workbook (.xls); {_SAVE_AS}",
    "Book": f"is an Excel 97-2003 Workbook (.xls); {_SAVE_AS}",
}
_TEXTS = (
    (re.compile(r"<\?xml[^>]*>\s*<\?mso-application|<(?:\w+:)?Workbook\b"), f"is an XML Spreadsheet 2003; {_SAVE_AS}"),
    (
        re.compile(r"<(?:!doctype\s+html|html|head|body|meta|style|table|div)\b", re.IGNORECASE),
        f"is a web page (HTML), although some systems export it as .xls; {_SAVE_AS}",
    ),
    (re.compile(r"\{\\rtf"), f"is a Rich Text document; {_NO_TABLE}"),
    (re.compile(r"(?:\{|\[\s*\{)\s*\""), f"is JSON; {_NO_TABLE}"),
    (re.compile("%PDF-"), f"is a PDF; {_NO_TABLE}"),
    (
        re.compile("(?:MIME-Version|From|Received|Return-Path|Delivered-To|Message-ID|Subject): ", re.IGNORECASE),
        f"is an e-mail; save its attachment, or {_NO_TABLE}",
    ),
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


class FileKind(Enum):
    """What a file is, of the kinds that can be imported."""

    ILR_RETURN = auto()
    ZIP_ARCHIVE = auto()
    WORKBOOK = auto()
    TEXT = auto()

    @property
    def source(self) -> str:
        """What a table of this kind is called in reports."""
        return "Excel" if self is FileKind.WORKBOOK else "CSV"

    @property
    def unit(self) -> str:
        """What the rows of a table of this kind are called: ``row`` or ``line``."""
        return "row" if self is FileKind.WORKBOOK else "line"


def detect_kind(stream: BinaryIO, file: str) -> FileKind:
    """Return the kind of a file, and rewind it; raise UnreadableFileError, naming it, for a kind that is not imported."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    try:
        if head.startswith(b"PK\x03\x04"):
            return _archive_kind(stream, file)
        if head.startswith(b"PK\x05\x06"):
            raise UnreadableFileError(file, "is an empty ZIP archive")
        if head.startswith(_OLE):
            raise UnreadableFileError(file, _name_compound(stream))
        return _text_kind(head, file)
    finally:
        stream.seek(0)


def _archive_kind(stream: BinaryIO, file: str) -> FileKind:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if names.issuperset(_WORKBOOK_PARTS):
                return FileKind.WORKBOOK
            problem = next((problem for part, problem in _ARCHIVES.items() if part in names), None)
            if problem is None and "mimetype" in names:
                media_type = archive.read("mimetype")[:100] if archive.getinfo("mimetype").file_size < 100 else b""
                problem = next(
                    (text for prefix, text in _OPEN_DOCUMENTS.items() if media_type.startswith(prefix)), None
                )
    except Exception:
        raise UnreadableFileError(file, "is a damaged ZIP archive or workbook; save or download it again") from None
    if problem is not None:
        raise UnreadableFileError(file, problem)
    return FileKind.ZIP_ARCHIVE


def _name_compound(stream: BinaryIO) -> str:
    """Return what an OLE compound file is, from the names of its streams, which stand in it as UTF-16."""
    names = {name: name.encode("utf-16-le") + b"\0\0" for name in _COMPOUNDS}
    found: set[str] = set()
    stream.seek(0)
    tail = b""
    while chunk := stream.read(_CHUNK_BYTES):
        found.update(name for name, encoded in names.items() if encoded in tail + chunk)
        tail = chunk[-100:]
    return next(
        (problem for name, problem in _COMPOUNDS.items() if name in found),
        f"is a document of an unknown kind; {_NO_TABLE}",
    )


def _text_kind(head: bytes, file: str) -> FileKind:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else unmarked_utf16(head) or "utf-8-sig"
    text = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    for pattern, problem in _TEXTS:
        if pattern.match(text):
            raise UnreadableFileError(file, problem)
    if text.startswith("<"):
        return FileKind.ILR_RETURN
    if encoding == "utf-8-sig" and head.count(0) + len(_CONTROLS.findall(head)) > len(head) / 20:
        raise UnreadableFileError(file, f"is {_name_binary(head)}; {_NO_TABLE}")
    return FileKind.TEXT


def unmarked_utf16(head: bytes) -> str | None:
    """Return the encoding of UTF-16 text without a mark, in which about every other byte is NUL, or None."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough = len(head) * 0.2
    if odd > enough and even * 20 < odd:
        return "utf-16-le"
    if even > enough and odd * 20 < even:
        return "utf-16-be"
    return None


def _name_binary(head: bytes) -> str:
    sniffer = ContentSniffer()
    sniffer.add(head)
    types = sniffer.possible_types()
    return f"a file of the type {types[0]}" if types else "not a text file"
