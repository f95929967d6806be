"""The reader of tables of employers. An empty cell leaves the stored value unchanged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from services.imports.file_kinds import FileKind
from services.imports.report import EntryProblem
from services.imports.tables.employer_columns import EMPLOYER_COLUMNS
from services.imports.tables.notes import FileNotes
from services.imports.tables.records import Records, parse_record
from services.imports.tables.table import open_table


@dataclass(slots=True)
class EmployerEntry:
    """An employer as read from a table; an attribute is None if its cell is empty or invalid.

    ``headings`` has the headings of the columns as written in the file.
    """

    line: int
    name: str
    number: str | None = None
    confirmed: bool | None = None
    problems: list[EntryProblem] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)

    def add_problem(self, column: str, message: str, rule: str | None = None) -> None:
        """Add a problem with a column."""
        self.problems.append(EntryProblem(self.line, self.headings.get(column, column), message, rule))


def read_employer_table(stream: BinaryIO, kind: FileKind, notes: FileNotes) -> Iterator[EmployerEntry]:
    """Yield each employer of a table, collecting problems in the entries, and warnings about the file in ``notes``.

    Raises UnreadableFileError, possibly after some employers have been yielded.
    """
    records = Records(open_table(stream, kind, EMPLOYER_COLUMNS.weigh_heading, notes), EMPLOYER_COLUMNS, notes)
    headings = {name: heading.text for name, heading in records.headings.items()}
    for record in records:
        cells, problems = parse_record(record, records)
        name = cells.get("name")
        entry = EmployerEntry(
            record.number,
            name or record.texts["name"],
            cells.get("employerId"),
            cells.get("confirmed"),
            problems,
            headings,
        )
        if name is None and not problems:
            entry.add_problem("name", "It is missing.")
        yield entry
