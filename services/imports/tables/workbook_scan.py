"""What must be known of an Excel workbook before python-calamine reads it: the size of its sheets, and cells with errors.

python-calamine allocates the whole rectangle between the first and the last filled cell, which one stray cell in the last
row makes of 17 thousand million cells; and it returns an error such as #N/A as an empty cell, which would clear a value.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from services.kernel.words import printable, quote

_CHUNK_BYTES = 64 * 1024
_MAX_UNPACKED_BYTES = 300 * 1024 * 1024
_MAX_CELLS = 5_000_000
_MAX_ERRORS = 100_000
_MAX_NAME_LENGTH = 31  # characters, as in Excel
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATIONSHIP_ID = re.compile(r"(?:.*:)?id")


class WorkbookError(Exception):
    """Raised with the problem of a workbook that cannot be read, as a phrase that follows the file's name."""


@dataclass(slots=True)
class SheetScan:
    """A sheet with its filled rectangle, and the errors in its cells by row and column; rows and columns count from 0."""

    name: str
    is_visible: bool
    rows: range = range(0)
    columns: range = range(0)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name in quotation marks, for messages."""
        return quote(printable(self.name, _MAX_NAME_LENGTH))

    def include(self, row: int, column: int) -> None:
        """Extend the rectangle to a filled cell. Raises WorkbookError if it becomes too large."""
        self.rows = range(min(self.rows.start, row), max(self.rows.stop, row + 1)) if self.rows else range(row, row + 1)
        columns = self.columns or range(column, column + 1)
        self.columns = range(min(columns.start, column), max(columns.stop, column + 1))
        if len(self.rows) * len(self.columns) > _MAX_CELLS:
            raise WorkbookError(
                f"has cells so far from one another on the sheet {self.title} that it cannot be read; copy the table to a "
                "new workbook, or save the sheet as CSV UTF-8"
            )


def scan_workbook(stream: BinaryIO) -> list[SheetScan]:
    """Return the worksheets of an .xlsx file in their order. Raises WorkbookError."""
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_sizes(archive)
            return [_scan_sheet(archive, sheet, part) for sheet, part in _list_sheets(archive)]
    except WorkbookError:
        raise
    except Exception:  # zipfile raises many kinds for a damaged archive
        raise WorkbookError("is a damaged workbook; open it in Excel, and save it again") from None


def _check_sizes(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to too much. Reading every part also compares its declared size and checksum."""
    if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED_BYTES:
        raise WorkbookError("is too large a workbook; save its sheet as CSV UTF-8, and import that")
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise WorkbookError("is protected with a password; save it without one")
    if archive.testzip() is not None:
        raise zipfile.BadZipFile


def _list_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[SheetScan, str]]:
    """Yield the worksheets with the names of their parts in the archive."""
    targets: dict[str, str] = {}

    def add_target(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes["Type"].endswith("/worksheet"):
            targets[attributes["Id"]] = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))[1:]

    sheets: list[tuple[str, bool, str]] = []

    def add_sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            identifier = next(value for key, value in attributes.items() if _RELATIONSHIP_ID.fullmatch(key))
            sheets.append((attributes["name"], attributes.get("state", "visible") == "visible", identifier))

    try:
        _parse(archive, "xl/_rels/workbook.xml.rels", _parser(add_target))
        _parse(archive, "xl/workbook.xml", _parser(add_sheet))
    except StopIteration:
        raise ValueError from None
    for title, is_visible, identifier in sheets:
        if identifier in targets:  # others are charts
            yield SheetScan(title, is_visible), targets[identifier]


def _scan_sheet(archive: zipfile.ZipFile, sheet: SheetScan, part: str) -> SheetScan:
    _SheetHandlers(sheet, parser := _parser(lambda _name, _attributes: None))
    _parse(archive, part, parser)
    return sheet


class _SheetHandlers:
    """The handlers of Expat's events in the XML of a sheet."""

    def __init__(self, sheet: SheetScan, parser: expat.XMLParserType) -> None:
        self.sheet = sheet
        self.row, self.column = -1, -1
        self.error: str | None = None  # the text of a cell with an error, so far
        self.is_value = False  # within the element v of a cell, and not in its formula
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(":")[2]
        if name == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif name == "c":
            self.row, self.column = self._place(attributes.get("r"))
            self.error = "" if attributes.get("t") == "e" else None
        elif name in ("v", "is"):
            self.is_value = True
            self.sheet.include(self.row, self.column)

    def text(self, data: str) -> None:
        if self.error is not None and self.is_value and len(self.error) < 20:
            self.error += data

    def end(self, qualified: str) -> None:
        name = qualified.rpartition(":")[2]
        if name == "v":
            self.is_value = False
        elif name == "c" and self.error is not None:
            self.sheet.errors[self.row, self.column] = self.error.strip()[:20]
            if len(self.sheet.errors) > _MAX_ERRORS:
                raise WorkbookError(
                    f"has too many errors on the sheet {self.sheet.title}; correct its formulas in Excel"
                )
            self.error = None

    def _place(self, reference: str | None) -> tuple[int, int]:
        if reference is None:
            return self.row, self.column + 1
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ValueError
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        return int(match[2]) - 1, column - 1


def _parser(start: Callable[[str, dict[str, str]], None]) -> expat.XMLParserType:
    """Return a parser that calls a function at each element, with its local name; document type declarations are refused."""

    def refuse(*_: object) -> None:
        raise ValueError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    return parser


def _parse(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
