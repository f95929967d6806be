"""Records of a table: its headings are found and matched with the known columns, and each row becomes a record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from services.imports.report import EntryProblem, Severity, UnreadableFileError
from services.imports.tables.cells import NOT_ALLOWED, CellError, check_excel_error, clean_cell, is_missing
from services.imports.tables.columns import Column, ColumnSet
from services.imports.tables.damage import damage_warning
from services.imports.tables.heading_row import find_heading_row, repeats_headings
from services.imports.tables.notes import FileNotes
from services.imports.tables.rows import Row, Table
from services.kernel.words import printable, quote

_MAX_QUOTED_LENGTH = 100  # characters of a heading in a message
_MAX_QUOTED = 30  # headings in a message
_BETWEEN_HEADINGS = (
    re.compile("[,;\t|]"),
    re.compile("[:^~]"),
    re.compile(r"\s{2,}"),
)  # the last of columns of fixed width
_REPEATED = "They are repeated here, and this row was passed over."


@dataclass(frozen=True, slots=True)
class Heading:
    """A known column of the file: its position, and its heading as written there."""

    column: Column
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row with its known cells: their texts by the columns' names, and their problems.

    ``has_surplus`` is true if there is text beyond the last heading, which probably means that the cells are shifted.
    """

    number: int
    texts: dict[str, str]
    problems: dict[str, CellError] = field(default_factory=dict)
    has_surplus: bool = False


class Records:
    """The records of a table: its headings by column, and an iterator."""

    def __init__(self, table: Table, columns: ColumnSet, notes: FileNotes) -> None:
        """Read the table up to its headings. Raises UnreadableFileError if the key column has none, or a column two."""
        self._table = table
        self._columns = columns
        self._notes = notes
        self._row, self._rows = self._find_heading_row()
        self.headings = self._match_headings()
        self._headed = {position for position, cell in enumerate(self._row.cells) if cell.strip()}
        self._warned: set[int] = set()
        self._warn_of_passed_over()

    def __iter__(self) -> Iterator[Record]:
        for row in self._rows:
            if row.is_empty():
                continue
            if repeats_headings(row, self._row, self._columns):
                self._notes.warn(row.number, "headings", _REPEATED, severity=Severity.WARNING)
            else:
                yield self._make_record(row)

    def _find_heading_row(self) -> tuple[Row, Iterator[Row]]:
        found = find_heading_row(self._table.rows, self._columns)
        if found is None:
            raise UnreadableFileError(self._notes.file, "is empty")
        if found.has_text_above:
            self._notes.warn(found.row.number, "headings", "They were found here, and what is above was passed over.")
        return found.row, found.below

    def _match_headings(self) -> dict[str, Heading]:
        headings: dict[str, Heading] = {}
        vague: list[tuple[int, str]] = []
        for position, cell in enumerate(self._row.cells):
            column = self._columns.find(cell)
            if column is None:
                continue
            if self._columns.vague_columns(cell):
                vague.append((position, cell))
                continue
            if other := headings.get(column.name):
                self._refuse(
                    f"has two columns for {column.name}, {_quote(other.text)} and {_quote(cell)}; delete one of them, or "
                    "give it another heading"
                )
            headings[column.name] = Heading(column, position, _shorten(cell))
        self._match_vague(vague, headings)
        if self._columns.key_column not in headings:
            self._refuse_without_key()
        return headings

    def _match_vague(self, vague: list[tuple[int, str]], headings: dict[str, Heading]) -> None:
        """Add each vague heading to the first of its columns that has no other heading, or else warn of it."""
        for position, cell in vague:
            free = (column for column in self._columns.vague_columns(cell) if column.name not in headings)
            if column := next(free, None):
                headings[column.name] = Heading(column, position, _shorten(cell))
            else:
                message = "The column was passed over: there is another heading for it."
                self._notes.warn(self._row.number, _shorten(cell), message)

    def _refuse_without_key(self) -> NoReturn:
        """Refuse the table. Its first row is only quoted if it has a known heading, because it may be a person's data."""
        key = self._columns.key_column
        texts = [cell for cell in self._row.cells if cell.strip()]
        if any(map(self._columns.is_heading, texts)):
            listed = ", ".join(map(_quote, texts[:_MAX_QUOTED]))
            problem = f"has no column {key}, nor any of its other names; its headings are {listed}"
        elif len(texts) == 1 and self._is_unsplit(texts[0]):
            problem = "has all columns in one; split it in Excel with Data, Text to Columns, and save it again"
        else:
            problem = f"has no heading that is known; its first row must have headings, {key} among them"
        self._refuse(f"{problem}. `trackers {self._columns.command} --columns` lists the columns")

    def _is_unsplit(self, text: str) -> bool:
        """Return whether a cell has several headings: whole lines were quoted, pasted, or are separated otherwise."""
        return any(sum(map(self._columns.is_heading, pattern.split(text))) > 1 for pattern in _BETWEEN_HEADINGS)

    @property
    def key_column(self) -> str:
        """The name of the column that tells records apart."""
        return self._columns.key_column

    @property
    def number(self) -> int:
        """The number of the row of headings."""
        return self._row.number

    @property
    def unit(self) -> str:
        """What rows are called, ``line`` or ``row``."""
        return self._table.unit

    def _refuse(self, problem: str) -> NoReturn:
        raise UnreadableFileError(self._notes.file, problem, self._row.number, unit=self._table.unit)

    def _warn_of_passed_over(self) -> None:
        for cell in self._row.cells:
            if cell.strip() and self._columns.find(cell) is None:
                why = self._columns.why_passed_over(cell)
                self._notes.warn(self._row.number, _shorten(cell), f"The column was passed over: {why}.")

    def _make_record(self, row: Row) -> Record:
        surplus = [position for position in range(len(row.cells)) if self._check_unheaded(row, position)]
        record = Record(row.number, {}, has_surplus=bool(surplus))
        for heading in self.headings.values():
            self._read_cell(record, heading, row)
        return record

    def _check_unheaded(self, row: Row, position: int) -> bool:
        """Return whether a cell has text beyond the last heading, and warn once of a column with text but no heading.

        In text files, an unquoted separator shifts cells; in workbooks, a cell beyond the headings is only a note.
        """
        if position in self._headed or not row.cells[position].strip():
            return False
        if self.unit == "line" and position > max(self._headed):
            return True
        if position not in self._warned:
            self._warned.add(position)
            message = "It has text here but no heading, and was passed over."
            self._notes.warn(row.number, f"column {_letters(position)}", message)
        return False

    def _read_cell(self, record: Record, heading: Heading, row: Row) -> None:
        name, position = heading.column.name, heading.position
        text = row.cells[position] if position < len(row.cells) else ""
        clean = clean_cell(text)
        record.texts[name] = text if clean is None else clean
        if clean is None:
            record.problems[name] = CellError(NOT_ALLOWED)
        elif position in row.problems:
            record.problems[name] = CellError(row.problems[position])
        elif is_missing(clean, in_name=heading.column.is_name):
            record.texts[name] = ""
        else:
            try:
                check_excel_error(clean)
            except CellError as error:
                record.problems[name] = error


def parse_record(record: Record, records: Records) -> tuple[dict[str, Any], list[EntryProblem]]:
    """Return the values of a record by the columns' names, None for empty cells, and the problems of the other cells.

    A problem in the key column, or cells beyond the last heading, refuse the record. Others leave the value out.
    """
    values: dict[str, Any] = {}
    problems: list[EntryProblem] = []
    for name, heading in records.headings.items():
        column = heading.column
        try:
            if name in record.problems:
                raise record.problems[name]
            value = values[name] = column.parse(record.texts[name])
        except CellError as error:
            severity = Severity.REFUSAL if name == records.key_column else Severity.ERROR
            problem = EntryProblem(record.number, heading.text, error.message, error.rule, severity)
            if error.rule is not None:
                problem = replace(problem, element=column.element, value=record.texts[name])
            problems.append(problem)
            continue
        if isinstance(value, str):
            problems += _warnings(record.number, heading, value)
    if record.has_surplus:
        message = (
            "It has text beyond the last heading. If a value has a separator in it, put quotation marks around the value; "
            "otherwise delete what is beyond the headings."
        )
        problems.append(EntryProblem(record.number, records.unit, message, severity=Severity.REFUSAL))
    return values, problems


def _warnings(number: int, heading: Heading, text: str) -> Iterator[EntryProblem]:
    column = heading.column
    if warning := damage_warning(text):
        yield EntryProblem(number, heading.text, warning, severity=Severity.WARNING)
    elif column.warning and (warning := column.warning(text)):
        yield EntryProblem(number, heading.text, warning, column.warning_rule, Severity.WARNING)


def _shorten(text: str) -> str:
    return printable(" ".join(text.split()), _MAX_QUOTED_LENGTH)


def _quote(text: str) -> str:
    return quote(_shorten(text))


def _letters(position: int) -> str:
    """Return the letters by which Excel calls a column: A, B, … Z, AA."""
    letters = ""
    position += 1
    while position:
        position, remainder = divmod(position - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters
