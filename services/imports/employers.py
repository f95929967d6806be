"""The import of employers from a CSV file (``name``, ``employerId``, ``confirmed``), in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from models import Employer, Learner
from models.database import transaction
from services.forms.definitions import TextFormat
from services.imports.csv_file import CsvRecord, read_records
from services.imports.csv_values import CellError, formatted_text, limited_text, parse_boolean
from services.imports.reader import open_file
from services.imports.report import (
    EntryProblem,
    ImportReport,
    OnProgress,
    Severity,
    audit_import,
    is_refused,
    lock_imports,
)

_COLUMNS: dict[str, Callable[[str], Any]] = {
    "name": limited_text(200),
    "employerId": formatted_text(TextFormat.EMPLOYER_ID),
    "confirmed": parse_boolean,
}


@dataclass(slots=True)
class _Entry:
    """An employer as read from a CSV record; an attribute is None if its cell is empty or invalid."""

    record: CsvRecord
    name: str = ""
    number: str | None = None
    confirmed: bool | None = None
    problems: list[EntryProblem] = field(default_factory=list)

    def add_problem(self, column: str, message: str, rule: str | None = None) -> None:
        self.problems.append(EntryProblem(self.record.line, column, message, rule))


async def import_employers(path: Path, *, organisation_id: UUID, on_progress: OnProgress | None = None) -> ImportReport:
    """Create or update an organisation's employers from a CSV file, matching them by employerId or else by name.

    An empty cell leaves the stored value unchanged. A record with any invalid value is refused as a whole; the others
    are imported. ``on_progress`` is called after each record. Raises UnreadableFileError, without writing anything, if
    the file cannot be read to the end.
    """
    report = ImportReport(source="CSV")
    seen_keys: set[str] = set()
    async with transaction():
        await lock_imports(organisation_id)
        for entry, bytes_read, file_size in _read_entries(path):
            _check_unique(entry, seen_keys)
            await _import_entry(report, entry, organisation_id)
            if on_progress:
                on_progress(bytes_read, file_size)
        await audit_import(organisation_id, "employers", report)
    return report


async def _import_entry(report: ImportReport, entry: _Entry, organisation_id: UUID) -> None:
    """Write or refuse one employer, and add the outcome to the report."""
    refused = any(not problem.is_warning for problem in entry.problems)
    employer = None if refused else await _find_employer(entry, organisation_id)
    problems = [p if p.is_warning else replace(p, severity=Severity.REFUSAL) for p in entry.problems]
    report.add_problems(problems, line=entry.record.line, reference=entry.name)
    if is_refused(problems):
        return
    if employer is None:
        confirmed = bool(entry.confirmed)
        await Employer.create(
            organisation_id=organisation_id, name=entry.name, employer_id=entry.number, confirmed=confirmed
        )
        report.new += 1
    elif await _update_employer(employer, entry):
        report.changed += 1
    else:
        report.unchanged += 1


def _read_entries(path: Path) -> Iterator[tuple[_Entry, int, int]]:
    """Yield each employer of the file, with the number of bytes read so far and the size of the file."""
    with open_file(path) as stream:
        file_size = path.stat().st_size
        for record in read_records(stream, str(path), columns=tuple(_COLUMNS), key_column="name"):
            yield _make_entry(record), stream.tell(), file_size


def _make_entry(record: CsvRecord) -> _Entry:
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


def _check_unique(entry: _Entry, seen_keys: set[str]) -> None:
    for column, value in (("name", entry.name), ("employerId", entry.number)):
        key = f"{column} {value}"
        if value and key in seen_keys:
            entry.add_problem(
                column, "This employer occurs earlier in the file; only the first occurrence is imported."
            )
        seen_keys.add(key)


async def _find_employer(entry: _Entry, organisation_id: UUID) -> Employer | None:
    """Return the stored employer that matches the entry, or None if there is none or the match is ambiguous.

    The entry's number and name may match two employers. If the one with the number was created by an import of an ILR
    return, its name is the number: then its number and learners are moved to the employer with the entry's name.
    Otherwise a problem is added to the entry.
    """
    employers = Employer.filter(organisation_id=organisation_id)
    by_name = await employers.get_or_none(name=entry.name)
    by_number = await employers.get_or_none(employer_id=entry.number) if entry.number else None
    if by_number is None or by_name is None or by_number.id == by_name.id:
        return by_number or by_name
    if by_number.name != by_number.employer_id:
        entry.add_problem("name", "This name and this employerId belong to two different employers.")
        return None
    await Learner.filter(employer_id=by_number.id).update(employer_id=by_name.id)
    by_number.employer_id = None
    await by_number.save(update_fields=["employer_id"])
    return by_name


async def _update_employer(employer: Employer, entry: _Entry) -> bool:
    """Update the stored employer from the entry, and return whether any value changed."""
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
