"""The import of employers from a CSV file or an Excel workbook, in one transaction."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from models import Employer, Learner
from models.database import fetch
from models.rows import columns, instance
from services.imports.file_kinds import detect_kind
from services.imports.reader import open_file
from services.imports.references import TWO_OF_ONE_NAME
from services.imports.report import (
    EntryProblem,
    ImportReport,
    OnProgress,
    Severity,
    audit_import,
    is_refused,
)
from services.imports.tables.employers import EmployerEntry, read_employer_table
from services.imports.tables.notes import FileNotes
from services.imports.transaction import RollBack, import_transaction
from services.kernel.names import name_key
from services.records.employers import lock_employer_names

_OCCURS_EARLIER = "This employer occurs earlier in the file; only the first occurrence is imported."
_TWO_EMPLOYERS = (
    "This name and this employerId belong to two different employers. Correct the one that is wrong here, or rename one "
    "of the two."
)


async def import_employers(
    path: Path, *, organisation_id: UUID, strict: bool = False, on_progress: OnProgress | None = None
) -> ImportReport:
    """Create or update an organisation's employers from a table, matching them by employerId or else by name.

    Names are matched regardless of case, and keep their first spelling. An empty cell leaves the stored value unchanged.
    A record with any invalid value is refused as a whole; the others are imported, unless ``strict`` is set.
    ``on_progress`` is called after each record. Raises UnreadableFileError, without writing anything, if the file cannot
    be read to the end.
    """
    report = ImportReport()
    async with import_transaction(organisation_id, report):
        await lock_employer_names(organisation_id)
        await _import_steps(path, report, organisation_id, on_progress)
        if strict and report.fails_strict:
            raise RollBack
        await audit_import(organisation_id, "employers", report)
    return report


async def _import_steps(
    path: Path, report: ImportReport, organisation_id: UUID, on_progress: OnProgress | None
) -> None:
    seen: dict[str, str | None] = {}
    for step in _read_steps(path, report):
        report.add_problems(step.warnings)
        if step.entry is not None:
            _check_unique(step.entry, seen)
            await _import_entry(report, step.entry, organisation_id)
        if on_progress:
            on_progress(step.bytes_read, step.file_size)


async def _import_entry(report: ImportReport, entry: EmployerEntry, organisation_id: UUID) -> None:
    """Write or refuse one employer, and add the outcome to the report."""
    refused = any(not problem.is_warning for problem in entry.problems)
    employer = None if refused else await _find_employer(entry, organisation_id)
    problems = [p if p.is_warning else replace(p, severity=Severity.REFUSAL) for p in entry.problems]
    report.add_problems(problems, line=entry.line, reference=entry.name)
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


class _Step(NamedTuple):
    """A step of reading a file: an employer, or None at the end, with warnings about the file and the progress."""

    entry: EmployerEntry | None
    warnings: tuple[EntryProblem, ...]
    bytes_read: int
    file_size: int


def _read_steps(path: Path, report: ImportReport) -> Iterator[_Step]:
    """Yield each employer of the file, and set what the report says of its kind."""
    with open_file(path) as (stream, file):
        kind = detect_kind(stream, file)
        report.source, report.unit = kind.source, kind.unit
        notes = FileNotes(file)
        size = os.fstat(stream.fileno()).st_size
        for entry in read_employer_table(stream, kind, notes):
            yield _Step(entry, notes.take(), stream.tell(), size)
        yield _Step(None, notes.take(), size, size)


def _check_unique(entry: EmployerEntry, seen: dict[str, str | None]) -> None:
    """Add a problem for a name or number that occurred earlier; ``seen`` has the numbers by name and by number."""
    for column, value in (("name", name_key(entry.name)), ("employerId", entry.number)):
        key = f"{column} {value}"
        if value and key in seen:
            are_two = entry.number and seen[key] and seen[key] != entry.number
            entry.add_problem(column, TWO_OF_ONE_NAME if are_two else _OCCURS_EARLIER)
        seen.setdefault(key, entry.number)


async def _find_employer(entry: EmployerEntry, organisation_id: UUID) -> Employer | None:
    """Return the stored employer that matches the entry, or None if there is none or the match is ambiguous.

    The entry's number and name may match two employers. If the one with the number was created by an import of an ILR
    return, its name is the number: then its number and learners are moved to the employer with the entry's name.
    Otherwise a problem is added to the entry, as it is if the employer with the name has another number.
    """
    employers = Employer.filter(organisation_id=organisation_id)
    by_name = await _find_by_name(entry.name, organisation_id)
    by_number = await employers.get_or_none(employer_id=entry.number) if entry.number else None
    if by_number is None and by_name is not None and entry.number and by_name.employer_id:
        entry.add_problem("name", TWO_OF_ONE_NAME)
        return None
    if by_number is None or by_name is None or by_number.id == by_name.id:
        return by_number or by_name
    if by_number.name != by_number.employer_id:
        entry.add_problem("name", _TWO_EMPLOYERS)
        return None
    await Learner.filter(employer_id=by_number.id).update(employer_id=by_name.id)
    by_number.employer_id = None
    await by_number.save(update_fields=["employer_id"])
    return by_name


async def _find_by_name(name: str, organisation_id: UUID) -> Employer | None:
    statement = f"""SELECT {columns(Employer, "e")} FROM employer e
        WHERE e.organisation_id = $1 AND name_key(e.name) = name_key($2)"""
    found = await fetch(statement, organisation_id, name)
    return instance(Employer, "e", found[0]) if found else None


async def _update_employer(employer: Employer, entry: EmployerEntry) -> bool:
    """Update the stored employer from the entry, and return whether any value changed."""
    values = (
        employer.name if name_key(employer.name) == name_key(entry.name) else entry.name,
        entry.number or employer.employer_id,
        employer.confirmed if entry.confirmed is None else entry.confirmed,
    )
    if values == (employer.name, employer.employer_id, employer.confirmed):
        return False
    employer.name, employer.employer_id, employer.confirmed = values
    await employer.save(update_fields=["name", "employer_id", "confirmed"])
    return True
