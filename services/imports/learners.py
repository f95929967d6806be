"""The import of learners from an ILR return or a CSV file, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from models.database import fetch, transaction
from services.imports.entry import LearnerEntry
from services.imports.match_aims import AimChanges, match_aims
from services.imports.reader import Batch, read_batches
from services.imports.references import distinct_values, tutors
from services.imports.report import (
    EntryProblem,
    ImportReport,
    KeptRecord,
    OnProgress,
    RefusedRecord,
    audit_import,
    lock_imports,
)
from services.imports.stored import StoredLearner, stored_learners
from services.imports.write import LearnerWrite, mark_imported, write_learners


class _RollBack(Exception):  # noqa: N818 - it ends the transaction, and is no error
    pass


@dataclass(slots=True)
class _ImportRun:
    """The state of one import. Of the learners done so far it holds the references only."""

    organisation_id: UUID
    overwrite: bool
    report: ImportReport
    seen: set[str] = field(default_factory=set)
    confirmed: list[UUID] = field(default_factory=list)
    """The learners whom an approval changed, and whom the file now has with the same values."""

    def refuse(self, entry: LearnerEntry) -> None:
        problems = sorted(entry.problems, key=lambda problem: problem.line)
        self.report.refused.append(RefusedRecord(entry.line, entry.reference, tuple(problems)))


async def import_learners(
    path: Path,
    *,
    organisation_id: UUID,
    dry_run: bool = False,
    strict: bool = False,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Create or update the organisation's learners as the file has them, matched by LearnRefNumber.

    A learner who breaks a rule is refused whole, with every problem. A learner whom an approval has changed since the
    last import, and who differs from the file, is kept unless ``overwrite`` is set. Nothing is written on a dry run, nor
    with ``strict`` if anyone is refused. ``on_progress`` is called after each batch. Imports into one organisation wait
    for each other. Raises UnreadableFileError if the file cannot be read to its end; then nothing is written.
    """
    report = ImportReport()
    try:
        async with transaction():
            await lock_imports(organisation_id)
            await _import_batches(_ImportRun(organisation_id, overwrite, report), path, on_progress)
            if dry_run or (strict and report.refused):
                raise _RollBack
            await audit_import(organisation_id, "learners", report)
    except _RollBack:
        report.applied = False
    report.refused.sort(key=lambda refused: refused.line)
    return report


async def _import_batches(run: _ImportRun, path: Path, on_progress: OnProgress | None) -> None:
    for number, batch in enumerate(read_batches(path)):
        run.report.source = batch.source
        await _import_batch(run, batch)
        if on_progress:
            on_progress(batch.read, batch.size)
        if number == 0:
            # Without statistics PostgreSQL scans all learners for each batch: half a second becomes two minutes.
            await fetch("ANALYZE (SKIP_LOCKED) learner, learning_aim")


async def _import_batch(run: _ImportRun, batch: Batch) -> None:
    """Refuse, keep or write every learner of a batch."""
    entries = [entry for entry in batch.entries if _is_first_occurrence(run, entry, batch)]
    await _check_tutors(run, entries)
    stored = await stored_learners(run.organisation_id, [entry.reference for entry in entries if not entry.problems])
    # Not the transaction's time: an approval may have committed since it began. Now these learners are locked.
    now = (await fetch("SELECT clock_timestamp() AS now"))[0]["now"]
    writes: list[LearnerWrite] = []
    for entry in entries:
        learner = stored.get(entry.reference)
        if learner is None:
            _check_new(entry)
        if entry.problems:
            run.refuse(entry)
            continue
        aims = match_aims(learner.aims if learner else (), entry.aims, batch.year or "") if entry.aims else AimChanges()
        if _needs_writing(run, learner, entry, aims):
            writes.append(LearnerWrite(entry, learner, aims))
    await write_learners(run.organisation_id, now, writes)
    await mark_imported(now, run.confirmed)
    run.confirmed.clear()


def _is_first_occurrence(run: _ImportRun, entry: LearnerEntry, batch: Batch) -> bool:
    """Return whether the reference is new in the file; refuse the entry if it is not.

    ILR rule R_06 compares LearnRefNumber without regard to capitals.
    """
    reference = entry.reference.upper()
    if reference and reference in run.seen:
        place = "LearnRefNumber" if batch.year else "learnerReference"
        message = "The file has this learner before; the first one counts."
        entry.problems.append(EntryProblem(entry.line, place, message, "R_06"))
        run.refuse(entry)
        return False
    run.seen.add(reference)
    return True


async def _check_tutors(run: _ImportRun, entries: Sequence[LearnerEntry]) -> None:
    known = await tutors(run.organisation_id, distinct_values(entries, "tutor_email"))
    for entry in entries:
        email = entry.values.get("tutor_email")
        if email is not None and email not in known:
            message = "Nobody active in the organisation has this e-mail address."
            entry.problems.append(EntryProblem(entry.line, "tutorEmail", message))


def _check_new(entry: LearnerEntry) -> None:
    for name, column in (("given_names", "givenNames"), ("family_name", "familyName")):
        if name not in entry.values:
            message = "It is missing, and the learner is new."
            entry.problems.append(EntryProblem(entry.line, column, message))


def _needs_writing(run: _ImportRun, learner: StoredLearner | None, entry: LearnerEntry, aims: AimChanges) -> bool:
    """Return whether the learner is to be written, and count them as new, unchanged, kept or changed."""
    if learner is None:
        run.report.new += 1
    elif not learner.differs(entry) and not aims:
        run.report.unchanged += 1
        if learner.changed_locally:
            run.confirmed.append(learner.id)
        return False
    elif learner.changed_locally and not run.overwrite:
        run.report.kept.append(KeptRecord(entry.line, entry.reference))
        return False
    else:
        run.report.changed += 1
    return True
