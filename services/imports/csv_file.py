"""The reader of CSV files: UTF-8, a header of known columns, one record at a time."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from services.imports.report import EntryProblem, UnreadableFileError
from services.kernel.text import clean_text

_MAX_LINE_BYTES = 1024 * 1024
_MAX_NAME_LENGTH = 300  # characters of an unknown column's name that a message quotes


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """One record: the line that it starts on, and its values by column.

    Values are in NFC and trimmed; one that is not valid text stays as it is, and is among the problems.
    """

    line: int
    values: dict[str, str]
    problems: tuple[EntryProblem, ...] = ()


def read_records(stream: BinaryIO, file: str, *, known: Collection[str], key: str) -> Iterator[CsvRecord]:
    """Yield every record of the file that has a value.

    Raises UnreadableFileError, possibly after the first records, if the file is not UTF-8 or not CSV, if a column is
    unknown or duplicated, or if there is no column ``key``.
    """
    reader = csv.reader(_lines(stream, file), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = [_cleaned(cell) for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error as error:
            raise UnreadableFileError(file, f"is not CSV: {error}", line) from None
        if not any(cells):
            continue
        if header is None:
            header = _header(cells, file, line, known, key)
        else:
            yield _record(line, header, cells)
    if header is None:
        raise UnreadableFileError(file, "is empty")


def _cleaned(cell: str) -> str:
    clean = clean_text(cell)
    return cell if clean is None else clean


def _lines(stream: BinaryIO, file: str) -> Iterator[str]:
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


def _header(cells: list[str], file: str, line: int, known: Collection[str], key: str) -> list[str]:
    for position, name in enumerate(cells):
        if name not in known:
            raise UnreadableFileError(
                file, f"has an unknown column {name[:_MAX_NAME_LENGTH]!r}; known are {', '.join(known)}", line
            )
        if name in cells[:position]:
            raise UnreadableFileError(file, f"has the column {name} twice", line)
    if key not in cells:
        raise UnreadableFileError(file, f"lacks the column {key}", line)
    return cells


def _record(line: int, header: list[str], cells: list[str]) -> CsvRecord:
    values = dict(zip(header, cells, strict=False))
    problems: list[EntryProblem] = []
    if len(cells) != len(header):
        message = f"It has {len(cells)} values for {len(header)} columns; a comma inside a value needs quotes."
        problems.append(EntryProblem(line, "record", message))
    for name, value in values.items():
        if clean_text(value) is None:
            problems.append(EntryProblem(line, name, "It has a character that is not allowed."))
    return CsvRecord(line, values, tuple(problems))
