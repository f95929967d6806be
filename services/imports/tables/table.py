"""Opening of a table of any kind."""

from typing import BinaryIO

from services.imports.file_kinds import FileKind
from services.imports.report import UnreadableFileError
from services.imports.tables.delimited import read_delimited
from services.imports.tables.notes import FileNotes
from services.imports.tables.rows import Table, WeighHeading
from services.imports.tables.workbook import read_workbook


def open_table(stream: BinaryIO, kind: FileKind, weigh_heading: WeighHeading, notes: FileNotes) -> Table:
    """Return the table in a text file or a workbook. Raises UnreadableFileError for other kinds of files."""
    if kind is FileKind.TEXT:
        return Table(kind.unit, read_delimited(stream, notes.file, weigh_heading))
    if kind is FileKind.WORKBOOK:
        return Table(kind.unit, read_workbook(stream, weigh_heading, notes))
    name = "an ILR return (XML)" if kind is FileKind.ILR_RETURN else "a ZIP archive"
    raise UnreadableFileError(notes.file, f"is {name}; import an Excel workbook (.xlsx) or a CSV file")
