"""The import of learners from an ILR return or a CSV file, in one transaction."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from models.database import fetch
from services.ilr.years import ilr_year
from services.imports.checks import FileChecks, check_employers, check_tutors, require_names
from services.imports.entry import LearnerEntry
from services.imports.error_trackers import find_assignee, follow_up_errors
from services.imports.found_errors import ErrorNotes, FoundEntry
from services.imports.ilr.programme import programme_name, programme_status
from services.imports.match_aims import AimChanges, match_aims
from services.imports.reader import Batch, read_batches
from services.imports.report import (
    EntryProblem,
    ImportReport,
    KeptRecord,
    OnProgress,
    Severity,
    audit_import,
    is_refused,
)
from services.imports.stored import StoredLearner, lock_stored_learners
from services.imports.transaction import RollBack, import_transaction
from services.imports.write import LearnerWrite, mark_imported, write_learners
from services.kernel.dates import today


@dataclass(slots=True)
class _ImportRun:
    """The state of an import in progress, which retains only the references and ULNs of earlier batches."""

    organisation_id: UUID
    overwrite: bool
    report: ImportReport
    errors: ErrorNotes
    checks: FileChecks = field(default_factory=FileChecks)
    reconciled: list[UUID] = field(default_factory=list)
    """The ids of learners changed by an approval whose values in the file now agree with the stored ones."""


async def import_learners(
    path: Path,
    *,
    organisation_id: UUID,
    dry_run: bool = False,
    strict: bool = False,
    overwrite: bool = False,
    open_trackers: bool = False,
    assign_to: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Create or update an organisation's learners from an ILR return or a CSV file, matching them by LearnRefNumber.

    A value with an error is not taken: it stays empty, or as it was stored. Only a record that cannot be told apart, or
    whose structure is broken, is refused as a whole. All problems are reported. If an approval has changed a learner
    since the last import, and the file has different values, the stored values are kept unless ``overwrite`` is set.
    Nothing is written if ``dry_run`` is set, or if ``strict`` is set and there is a refusal, an error or a strict
    warning. Imports into the same organisation run one after the other. ``on_progress`` is called after each batch.

    With ``open_trackers`` a tracker is opened for each new error. It is assigned to the learner's tutor if they are an
    active administrator, or else to the member with the email address ``assign_to``. Trackers about errors that are gone
    or back are told so by every import.

    Raises UnreadableFileError, without writing anything, if the file cannot be read to the end, and UnknownAssigneeError,
    without reading anything, if ``assign_to`` is no active administrator.
    """
    assignee = None if assign_to is None else await find_assignee(organisation_id, assign_to)
    report = ImportReport()
    run = _ImportRun(organisation_id, overwrite, report, ErrorNotes(organisation_id, report, open_trackers))
    async with import_transaction(organisation_id, report):
        await _import_batches(run, path, on_progress)
        if strict and report.fails_strict:
            raise RollBack
        await follow_up_errors(organisation_id, report, assignee)
        if dry_run:
            raise RollBack
        await audit_import(organisation_id, "learners", report)
    return report


async def _import_batches(run: _ImportRun, path: Path, on_progress: OnProgress | None) -> None:
    for number, batch in enumerate(read_batches(path)):
        run.report.source, run.report.unit = batch.source, batch.unit
        run.report.add_problems(batch.problems)
        await _import_batch(run, batch)
        if on_progress:
            on_progress(batch.bytes_read, batch.file_size)
        if number == 0:
            # Without statistics PostgreSQL scans all learners for each batch: two minutes instead of half a second.
            await fetch("ANALYZE (SKIP_LOCKED) learner, learning_aim, imported_error")


async def _import_batch(run: _ImportRun, batch: Batch) -> None:
    """Write, keep or refuse each learner of a batch."""
    for entry in batch.entries:
        run.checks.check_reference(entry)
    accepted = [entry for entry in batch.entries if not is_refused(entry.problems)]
    await check_tutors(run.organisation_id, accepted)
    await check_employers(run.organisation_id, accepted)
    stored = await lock_stored_learners(run.organisation_id, [entry.reference for entry in accepted])
    # The transaction's start time will not do, as an approval may have been committed since. The learners are now locked.
    now = (await fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    changes = {id(entry): _complete(run, entry, stored.get(entry.reference), batch.year) for entry in accepted}
    writes: list[LearnerWrite] = []
    for entry in batch.entries:
        run.report.add_problems(entry.problems, line=entry.line, reference=entry.reference)
        learner, aims = stored.get(entry.reference), changes.get(id(entry))
        if aims is not None and _needs_writing(run, learner, entry, aims):
            writes.append(LearnerWrite(entry, learner, aims))
    await write_learners(run.organisation_id, now, writes)
    await mark_imported(now, run.reconciled)
    run.reconciled.clear()
    found = [FoundEntry(entry, changes[id(entry)]) for entry in accepted]
    await run.errors.note(found, year=batch.year or ilr_year(today()))


def _complete(run: _ImportRun, entry: LearnerEntry, learner: StoredLearner | None, year: str | None) -> AimChanges:
    """Complete an entry by what depends on the stored learner, and return the changes to the learning aims."""
    run.checks.check_uln(entry, learner)
    if learner is None:
        require_names(entry)
    if not entry.aims or year is None:
        return AimChanges()
    changes = match_aims(learner.aims if learner else (), entry.aims, year)
    for aim in changes.unusable:
        message = "This learning aim is left out, because of its errors."
        place = f"LearningDelivery {aim.position}"
        entry.problems.append(EntryProblem(aim.line, place, message, severity=Severity.WARNING))
    if changes.current and not (learner and changes.unusable):
        entry.values["programme"] = programme_name(changes.current)
        entry.values["programme_status"] = programme_status(changes.current)
    return changes


def _needs_writing(run: _ImportRun, learner: StoredLearner | None, entry: LearnerEntry, aims: AimChanges) -> bool:
    """Return whether the learner must be written, and count them in the report as new, changed, unchanged or kept."""
    if learner is None:
        run.report.new += 1
    elif not learner.differs(entry) and not aims:
        run.report.unchanged += 1
        if learner.changed_locally:
            run.reconciled.append(learner.id)
        return False
    elif learner.changed_locally and not run.overwrite:
        run.report.kept.add(KeptRecord(entry.line, entry.reference))
        return False
    else:
        run.report.changed += 1
    return True
