"""Importing employers from a CSV file (``name``, ``employerId``, ``confirmed``), all in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from models import Employer, Learner
from models.database import transaction
from services.forms.definitions import TextFormat
from services.imports.csv_file import CsvRecord, read_records
from services.imports.csv_values import CellRefused, text_in, text_up_to, yes_or_no
from services.imports.reader import opened
from services.imports.report import EntryProblem, ImportReport, OnProgress, RefusedRecord, audit_import, wait_for_turn

_COLUMNS: dict[str, Callable[[str], Any]] = {
    "name": text_up_to(200),
    "employerId": text_in(TextFormat.EMPLOYER_ID),
    "confirmed": yes_or_no,
}


@dataclass(slots=True)
class _Entry:
    """What a record says about an employer; None says nothing."""

    record: CsvRecord
    name: str = ""
    number: str | None = None
    confirmed: bool | None = None
    problems: list[EntryProblem] = field(default_factory=list)

    def problem(self, column: str, message: str, rule: str | None = None) -> None:
        self.problems.append(EntryProblem(self.record.line, column, message, rule))


async def import_employers(path: Path, *, organisation_id: UUID, on_progress: OnProgress | None = None) -> ImportReport:
    """Bring the organisation's employers to what the file says, matched by employerId, else by name.

    An empty cell leaves what is there. An employer that breaks a rule is refused whole. Raises
    UnreadableFileError if the file cannot be read to its end; then nothing is written.
    """
    report = ImportReport(source="CSV")
    seen: set[str] = set()
    async with transaction():
        await wait_for_turn(organisation_id)
        for entry, read, size in _entries(path):
            _check_first(entry, seen)
            await _take(report, entry, organisation_id)
            if on_progress:
                on_progress(read, size)
        await audit_import(organisation_id, "employers", report)
    return report


async def _take(report: ImportReport, entry: _Entry, organisation_id: UUID) -> None:
    """Refuse or write one employer, and count it."""
    employer = None if entry.problems else await _matched(entry, organisation_id)
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
    """Every record with how far the reading is and how far there is to go, in bytes."""
    with opened(path) as stream:
        size = path.stat().st_size
        for record in read_records(stream, str(path), known=tuple(_COLUMNS), key="name"):
            yield _entry(record), stream.tell(), size


def _entry(record: CsvRecord) -> _Entry:
    entry = _Entry(record, record.values.get("name", ""), problems=list(record.problems))
    if not entry.name:
        entry.problem("name", "It is missing.")
    values: dict[str, Any] = {}
    for column, read in _COLUMNS.items():
        try:
            values[column] = read(record.values.get(column, ""))
        except CellRefused as refusal:
            entry.problem(column, refusal.message, refusal.rule)
    entry.number, entry.confirmed = values.get("employerId"), values.get("confirmed")
    return entry


def _check_first(entry: _Entry, seen: set[str]) -> None:
    for column, value in (("name", entry.name), ("employerId", entry.number)):
        key = f"{column} {value}"
        if value and key in seen:
            entry.problem(column, "The file has this employer before; the first one counts.")
        seen.add(key)


async def _matched(entry: _Entry, organisation_id: UUID) -> Employer | None:
    """The employer that the record is about; one that was met in an ILR, by its number only, gives the number up."""
    ours = Employer.filter(organisation_id=organisation_id)
    by_name = await ours.get_or_none(name=entry.name)
    by_number = await ours.get_or_none(employer_id=entry.number) if entry.number else None
    if by_number is None or by_name is None or by_number.id == by_name.id:
        return by_number or by_name
    if by_number.name != by_number.employer_id:
        entry.problem("name", "Another employer has this name, and this employerId belongs to one of another name.")
        return None
    await Learner.filter(employer_id=by_number.id).update(employer_id=by_name.id)
    by_number.employer_id = None
    await by_number.save(update_fields=["employer_id"])
    return by_name


async def _update(employer: Employer, entry: _Entry) -> bool:
    new = (
        entry.name,
        entry.number or employer.employer_id,
        employer.confirmed if entry.confirmed is None else entry.confirmed,
    )
    if new == (employer.name, employer.employer_id, employer.confirmed):
        return False
    employer.name, employer.employer_id, employer.confirmed = new
    await employer.save(update_fields=["name", "employer_id", "confirmed"])
    return True
