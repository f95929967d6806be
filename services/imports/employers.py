"""The import of employers from a CSV file (``name``, ``employerId``, ``confirmed``), in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from models import Employer, Learner
from models.database import transaction
from services.forms.definitions import TextFormat
from services.imports.csv_file import CsvRecord, read_records
from services.imports.csv_values import CellError, boolean, formatted_text, limited_text
from services.imports.reader import open_file
from services.imports.report import EntryProblem, ImportReport, OnProgress, RefusedRecord, audit_import, lock_imports

_COLUMNS: dict[str, Callable[[str], Any]] = {
    "name": limited_text(200),
    "employerId": formatted_text(TextFormat.EMPLOYER_ID),
    "confirmed": boolean,
}


@dataclass(slots=True)
class _Entry:
    """An employer of the file; None where a cell is empty."""

    record: CsvRecord
    name: str = ""
    number: str | None = None
    confirmed: bool | None = None
    problems: list[EntryProblem] = field(default_factory=list)

    def add_problem(self, column: str, message: str, rule: str | None = None) -> None:
        self.problems.append(EntryProblem(self.record.line, column, message, rule))


async def import_employers(path: Path, *, organisation_id: UUID, on_progress: OnProgress | None = None) -> ImportReport:
    """Create or update the organisation's employers as the file has them, matched by employerId, else by name.

    An empty cell keeps the stored value. An employer that breaks a rule is refused whole, and the others are imported.
    ``on_progress`` is called after each record. Raises UnreadableFileError if the file cannot be read to its end; then
    nothing is written.
    """
    report = ImportReport(source="CSV")
    seen: set[str] = set()
    async with transaction():
        await lock_imports(organisation_id)
        for entry, read, size in _entries(path):
            _check_unique(entry, seen)
            await _import_entry(report, entry, organisation_id)
            if on_progress:
                on_progress(read, size)
        await audit_import(organisation_id, "employers", report)
    return report


async def _import_entry(report: ImportReport, entry: _Entry, organisation_id: UUID) -> None:
    """Refuse or write one employer, and count it in the report."""
    employer = None if entry.problems else await _stored_employer(entry, organisation_id)
    if entry.problems:
        report.refused.append(RefusedRecord(entry.record.line, entry.name, tuple(entry.problems)))
    elif employer is None:
        confirmed = bool(entry.confirmed)
        await Employer.create(
            organisation_id=organisation_id, name=entry.name, employer_id=entry.number, confirmed=confirmed
        )
        report.new += 1
    elif await _update(employer, entry):
        report.changed += 1
    else:
        report.unchanged += 1


def _entries(path: Path) -> Iterator[tuple[_Entry, int, int]]:
    """Yield each employer with the bytes read so far and the size of the file."""
    with open_file(path) as stream:
        size = path.stat().st_size
        for record in read_records(stream, str(path), known=tuple(_COLUMNS), key="name"):
            yield _entry(record), stream.tell(), size


def _entry(record: CsvRecord) -> _Entry:
    entry = _Entry(record, record.values.get("name", ""), problems=list(record.problems))
    if not entry.name:
        entry.add_problem("name", "It is missing.")
    values: dict[str, Any] = {}
    for column, parse in _COLUMNS.items():
        try:
            values[column] = parse(record.values.get(column, ""))
        except CellError as error:
            entry.add_problem(column, error.message, error.rule)
    entry.number, entry.confirmed = values.get("employerId"), values.get("confirmed")
    return entry


def _check_unique(entry: _Entry, seen: set[str]) -> None:
    for column, value in (("name", entry.name), ("employerId", entry.number)):
        key = f"{column} {value}"
        if value and key in seen:
            entry.add_problem(column, "The file has this employer before; the first one counts.")
        seen.add(key)


async def _stored_employer(entry: _Entry, organisation_id: UUID) -> Employer | None:
    """Return the stored employer that the entry is about; None for a new one.

    If the number belongs to an employer that an ILR return has created, which has the number for a name, the number and
    the learners go to the employer with the entry's name. Any other employer with the number is a problem of the entry.
    """
    employers = Employer.filter(organisation_id=organisation_id)
    by_name = await employers.get_or_none(name=entry.name)
    by_number = await employers.get_or_none(employer_id=entry.number) if entry.number else None
    if by_number is None or by_name is None or by_number.id == by_name.id:
        return by_number or by_name
    if by_number.name != by_number.employer_id:
        entry.add_problem("name", "Another employer has this name, and this employerId belongs to one of another name.")
        return None
    await Learner.filter(employer_id=by_number.id).update(employer_id=by_name.id)
    by_number.employer_id = None
    await by_number.save(update_fields=["employer_id"])
    return by_name


async def _update(employer: Employer, entry: _Entry) -> bool:
    """Save what the entry changes; return whether it changes anything."""
    values = (
        entry.name,
        entry.number or employer.employer_id,
        employer.confirmed if entry.confirmed is None else entry.confirmed,
    )
    if values == (employer.name, employer.employer_id, employer.confirmed):
        return False
    employer.name, employer.employer_id, employer.confirmed = values
    await employer.save(update_fields=["name", "employer_id", "confirmed"])
    return True
