"""Splitting of text into rows: CSV with commas, semicolons, tabs or vertical bars, and CR, LF or CRLF."""

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import chain, count, islice
from typing import BinaryIO, NoReturn

from services.imports.report import UnreadableFileError
from services.imports.tables.decode import open_text
from services.imports.tables.rows import SEPARATORS, Row, WeighHeading

_MAX_LINE_LENGTH = 1024 * 1024  # characters
_MAX_RECORD_LENGTH = 2 * _MAX_LINE_LENGTH
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*[\r\n]*', re.IGNORECASE)
_SAMPLE_LINES = 30


class _Lines:
    """The lines of a text, which may end in CR, LF or CRLF. Lines, and records of several lines, are limited in length."""

    def __init__(self, text: Iterator[str], file: str) -> None:
        self._lines = text
        self._file = file
        self.number = 0
        self.record_line = 1
        self._record_length = 0

    def begin_record(self) -> int:
        """Return the number of the next line, which begins a record."""
        self.record_line, self._record_length = self.number + 1, 0
        return self.record_line

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._record_length += len(line)
        if self._record_length > _MAX_RECORD_LENGTH:
            raise _unclosed(self._file, self.record_line)
        return line


def read_delimited(stream: BinaryIO, file: str, weigh_heading: WeighHeading) -> Iterator[Row]:
    """Yield the rows of a text file, numbered by their first lines.

    The separator is what a first line such as ``sep=;`` says, as Excel writes and reads it; else the one that makes the
    most known headings. Raises UnreadableFileError, possibly after some rows, if the text cannot be split.
    """
    with open_text(stream, file) as text:
        source = _limited_lines(text, file)
        sample = list(islice(source, _SAMPLE_LINES))
        named = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
        separator = named[1] if named else _find_separator(sample, weigh_heading)
        lines = _Lines(chain(sample, source), file)
        if named:
            next(lines)
        yield from _split(lines, file, separator)


def _split(lines: _Lines, file: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        number = lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _raise_explained(error, file, lines)
        yield Row(number, cells)


def _limited_lines(text: TextIOWrapper, file: str) -> Iterator[str]:
    for number in count(1):
        try:
            line = text.readline(_MAX_LINE_LENGTH)
        except UnicodeDecodeError:  # the whole file was decoded before
            raise UnreadableFileError(file, "was changed while it was read; import it again", number) from None
        if len(line) == _MAX_LINE_LENGTH and line[-1] not in "\r\n":
            raise UnreadableFileError(
                file, "has more than a million characters in one line, so it is not a table", number
            )
        if not line:
            return
        yield line


def _find_separator(sample: list[str], weigh_heading: WeighHeading) -> str:
    """Return the separator with which a row of the sample has the most known headings, or else the most cells."""

    def score(separator: str) -> tuple[int, int]:
        rows = csv.reader(sample, delimiter=separator, skipinitialspace=True)
        return max(((sum(map(weigh_heading, row)), len(row)) for row in _without_errors(rows)), default=(0, 0))

    return max(SEPARATORS, key=score)


def _without_errors(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:  # raised again, and explained, when the rows are read
        return


def _raise_explained(error: csv.Error, file: str, lines: _Lines) -> NoReturn:
    # The three errors of the module csv in strict mode; the limit of a field is 131,072 characters.
    if "larger than" in str(error) and lines.number == lines.record_line:
        raise UnreadableFileError(file, "has a cell of more than 131,072 characters", lines.number) from None
    if "expected after" in str(error):
        problem = (
            "has a closing quotation mark that is not followed by a separator; write a quotation mark inside of quotation "
            "marks twice"
        )
        if lines.number != lines.record_line:
            problem += f", and look for one that is not closed from line {lines.record_line} on"
        raise UnreadableFileError(file, problem, lines.number) from None
    raise _unclosed(file, lines.record_line) from None


def _unclosed(file: str, line: int) -> UnreadableFileError:
    problem = "has a quotation mark that is opened here and not closed; close it, or delete it"
    return UnreadableFileError(file, problem, line)
