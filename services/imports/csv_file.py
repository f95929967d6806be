"""A streaming reader of UTF-8 CSV files with a header of known columns."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from services.imports.report import EntryProblem, Severity, UnreadableFileError
from services.kernel.text import clean_text

_MAX_LINE_BYTES = 1024 * 1024
_MAX_QUOTED_LENGTH = 300  # characters of an unknown column's name quoted in the error message


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """A CSV record: the number of its first line, and its values by column.

    Values are trimmed and normalised to NFC. A value that is not valid text is left unchanged and reported in
    ``problems``.
    """

    line: int
    values: dict[str, str]
    problems: tuple[EntryProblem, ...] = ()


def read_records(stream: BinaryIO, file: str, *, columns: Collection[str], key_column: str) -> Iterator[CsvRecord]:
    """Yield the records of a CSV file, skipping those without any value.

    ``columns`` are the permitted columns; ``key_column`` is required. Raises UnreadableFileError, possibly after some
    records have been yielded, if the file is not UTF-8 or not CSV, or if a column is unknown, duplicated or missing.
    """
    reader = csv.reader(_read_lines(stream, file), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = [_clean_cell(cell) for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error as error:
            raise UnreadableFileError(file, f"is not CSV: {error}", line) from None
        if not any(cells):
            continue
        if header is None:
            _check_header(cells, file, line, columns, key_column)
            header = cells
        else:
            yield _make_record(line, header, cells, key_column)
    if header is None:
        raise UnreadableFileError(file, "is empty")


def _clean_cell(cell: str) -> str:
    clean = clean_text(cell)
    return cell if clean is None else clean


def _read_lines(stream: BinaryIO, file: str) -> Iterator[str]:
    number = 0
    while line := stream.readline(_MAX_LINE_BYTES):
        number += 1
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise UnreadableFileError(file, "is not UTF-8", number) from None
        if len(line) == _MAX_LINE_BYTES:
            raise UnreadableFileError(file, "has a line of 1 MB or more", number)
        yield text


def _check_header(cells: list[str], file: str, line: int, columns: Collection[str], key_column: str) -> None:
    for position, name in enumerate(cells):
        if name not in columns:
            quoted = repr(name[:_MAX_QUOTED_LENGTH])
            problem = f"has an unknown column {quoted}; known columns: {', '.join(columns)}"
            raise UnreadableFileError(file, problem, line)
        if name in cells[:position]:
            raise UnreadableFileError(file, f"has the column {name} twice", line)
    if key_column not in cells:
        raise UnreadableFileError(file, f"lacks the column {key_column}", line)


def _make_record(line: int, header: list[str], cells: list[str], key_column: str) -> CsvRecord:
    values = dict(zip(header, cells, strict=False))
    problems: list[EntryProblem] = []
    if len(cells) != len(header):
        message = f"It has {len(cells)} values for {len(header)} columns; a comma inside a value needs quotes."
        problems.append(EntryProblem(line, "record", message, severity=Severity.REFUSAL))
    for name, value in values.items():
        if clean_text(value) is None:
            severity = Severity.REFUSAL if name == key_column else Severity.ERROR
            message = "It has a character that is not allowed."
            problems.append(EntryProblem(line, name, message, severity=severity))
    return CsvRecord(line, values, tuple(problems))
