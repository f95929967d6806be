"""Importing learners from an ILR return or a CSV file, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from models.database import fetch, transaction
from services.imports.entry import LearnerEntry
from services.imports.match_aims import AimChanges, match_aims
from services.imports.reader import Batch, read_batches
from services.imports.references import mentions, tutors
from services.imports.report import (
    EntryProblem,
    ImportReport,
    KeptRecord,
    OnProgress,
    RefusedRecord,
    audit_import,
    wait_for_turn,
)
from services.imports.stored import StoredLearner, stored_learners
from services.imports.write import LearnerWrite, mark_imported, write_learners


class _NothingApplied(Exception):  # noqa: N818 - a way out of the transaction, not a failure
    pass


@dataclass(slots=True)
class _Run:
    """One import while it runs. Of the learners that are done, only the references are remembered."""

    organisation_id: UUID
    overwrite: bool
    report: ImportReport
    seen: set[str] = field(default_factory=set)
    confirmed: list[UUID] = field(default_factory=list)  # changed here, and now the file says the same

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
    """Bring the organisation's learners to what the file says, matched by LearnRefNumber.

    A learner who breaks a rule is refused whole, with every problem. One whom an approval changed here since the
    last import, and who differs from the file, is kept unless ``overwrite``. Nothing is written on a dry run, nor
    with ``strict`` if anyone is refused. Raises UnreadableFileError if the file cannot be read to its end; then
    nothing is written either. Imports into one organisation wait for each other.
    """
    report = ImportReport()
    try:
        async with transaction():
            await wait_for_turn(organisation_id)
            await _take_all(_Run(organisation_id, overwrite, report), path, on_progress)
            if dry_run or (strict and report.refused):
                raise _NothingApplied
            await audit_import(organisation_id, "learners", report)
    except _NothingApplied:
        report.applied = False
    report.refused.sort(key=lambda refused: refused.line)
    return report


async def _take_all(run: _Run, path: Path, on_progress: OnProgress | None) -> None:
    for number, batch in enumerate(read_batches(path)):
        run.report.source = batch.source
        await _take(run, batch)
        if on_progress:
            on_progress(batch.read, batch.size)
        if number == 0:
            # Without statistics PostgreSQL reads all learners for each batch: half a second becomes two minutes.
            await fetch("ANALYZE (SKIP_LOCKED) learner, learning_aim")


async def _take(run: _Run, batch: Batch) -> None:
    """Refuse, keep or write every learner of a batch."""
    entries = [entry for entry in batch.entries if _is_first(run, entry, batch)]
    await _check_tutors(run, entries)
    stored = await stored_learners(run.organisation_id, [entry.reference for entry in entries if not entry.problems])
    # Not the transaction's time: an approval may have come since, and now these learners are locked.
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
        if _is_to_be_written(run, learner, entry, aims):
            writes.append(LearnerWrite(entry, learner, aims))
    await write_learners(run.organisation_id, now, writes)
    await mark_imported(now, run.confirmed)
    run.confirmed.clear()


def _is_first(run: _Run, entry: LearnerEntry, batch: Batch) -> bool:
    """Whether the file has not had this reference before; R_06 does not tell capitals from small letters."""
    reference = entry.reference.upper()
    if reference and reference in run.seen:
        place = "LearnRefNumber" if batch.year else "learnerReference"
        message = "The file has this learner before; the first one counts."
        entry.problems.append(EntryProblem(entry.line, place, message, "R_06"))
        run.refuse(entry)
        return False
    run.seen.add(reference)
    return True


async def _check_tutors(run: _Run, entries: Sequence[LearnerEntry]) -> None:
    known = await tutors(run.organisation_id, mentions(entries, "tutor_email"))
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


def _is_to_be_written(run: _Run, learner: StoredLearner | None, entry: LearnerEntry, aims: AimChanges) -> bool:
    """Decide, and count the learner as new, unchanged, kept or changed."""
    if learner is None:
        run.report.new += 1
    elif not learner.differs(entry) and not aims:
        run.report.unchanged += 1
        if learner.changed_here:
            run.confirmed.append(learner.id)
        return False
    elif learner.changed_here and not run.overwrite:
        run.report.kept.append(KeptRecord(entry.line, entry.reference))
        return False
    else:
        run.report.changed += 1
    return True
