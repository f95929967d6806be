"""The reader of tables of learners.

An absent column leaves the stored value unchanged. An empty cell clears it, except in mandatory columns (names and
programmeStatus), where it also leaves the value unchanged. A cell with an error is treated as absent.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.file_kinds import FileKind
from services.imports.tables.learner_columns import LEARNER_COLUMNS
from services.imports.tables.notes import FileNotes
from services.imports.tables.records import Record, Records, parse_record
from services.imports.tables.table import open_table

_KEYS = {column.name: column.key for column in LEARNER_COLUMNS.columns if column.key}
_MANDATORY = {column.name for column in LEARNER_COLUMNS.columns if column.mandatory}


def read_learner_table(stream: BinaryIO, kind: FileKind, notes: FileNotes) -> Iterator[LearnerEntry]:
    """Yield each learner of a table, collecting problems in the entries, and warnings about the file in ``notes``.

    Raises UnreadableFileError, possibly after some learners have been yielded.
    """
    table = open_table(stream, kind, LEARNER_COLUMNS.weigh_heading, notes)
    records = Records(table, LEARNER_COLUMNS, notes)
    confirmed = records.headings.get("employerConfirmed")
    if confirmed and not records.headings.keys() & {"employer", "employerId"}:
        notes.warn(records.number, confirmed.text, "It was passed over, as there is no column employer or employerId.")
    headings = {name: heading.text for name, heading in records.headings.items()}
    for record in records:
        yield _make_entry(record, records, headings)


def _make_entry(record: Record, records: Records, headings: Mapping[str, str]) -> LearnerEntry:
    cells, problems = parse_record(record, records)
    reference = cells.pop("learnerReference", record.texts["learnerReference"])
    entry = LearnerEntry(record.number, reference, problems=problems, headings=headings)
    for name, value in cells.items():
        if name in _KEYS and not (value is None and name in _MANDATORY):
            entry.values[_KEYS[name]] = value
    _set_employer(entry, cells)
    return entry


def _set_employer(entry: LearnerEntry, cells: Mapping[str, Any]) -> None:
    """Set the employer from its name or else its number. What has an error does not clear the stored employer."""
    wrong = {name for name in ("employer", "employerId") if name in entry.headings and name not in cells}
    name, number = cells.get("employer"), cells.get("employerId")
    label = name or number
    if "employer" in wrong or (wrong and not label) or not entry.headings.keys() & {"employer", "employerId"}:
        return
    entry.values["employer"] = EmployerReference(label, number, cells.get("employerConfirmed")) if label else None
