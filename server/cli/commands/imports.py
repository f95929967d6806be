"""The import commands, which show a progress bar, then the problems of records and the warnings, then the counts."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from models import Organisation
from server.cli.output import fail, require_organisation, run, stderr, stdout
from services.imports.employers import import_employers
from services.imports.learners import import_learners
from services.imports.report import (
    EntryProblem,
    ErrorTracker,
    ImportReport,
    Listing,
    OnProgress,
    RecordProblems,
    UnknownAssigneeError,
)
from services.kernel.words import printable

MAX_REFERENCE_LENGTH = 40


def run_learner_import(
    file: Path,
    organisation: str,
    *,
    dry_run: bool,
    strict: bool,
    overwrite: bool,
    open_trackers: bool,
    assign_to: str | None,
) -> None:
    """Import learners, then exit with code 0, or 1 if a record was refused or has an error."""
    if assign_to is not None and not open_trackers:
        fail("--assign-to has no effect without --open-trackers.")

    async def work(target: Organisation, on_progress: OnProgress) -> ImportReport:
        return await import_learners(
            file,
            organisation_id=target.id,
            dry_run=dry_run,
            strict=strict,
            overwrite=overwrite,
            open_trackers=open_trackers,
            assign_to=assign_to,
            on_progress=on_progress,
        )

    try:
        _run_import(organisation, work, "learners", strict=strict, writes=not dry_run)
    except UnknownAssigneeError as error:
        fail(f"--assign-to: {error}. Nothing was written.")


def run_employer_import(file: Path, organisation: str, *, strict: bool) -> None:
    """Import employers, then exit with code 0, or 1 if a record was refused or has an error."""

    async def work(target: Organisation, on_progress: OnProgress) -> ImportReport:
        return await import_employers(file, organisation_id=target.id, strict=strict, on_progress=on_progress)

    _run_import(organisation, work, "employers", strict=strict)


def _run_import(
    organisation: str,
    work: Callable[[Organisation, OnProgress], Awaitable[ImportReport]],
    record_type: str,
    *,
    strict: bool,
    writes: bool = True,
) -> None:
    async def report() -> ImportReport:
        target = await require_organisation(organisation)
        columns = TextColumn("Importing " + record_type), BarColumn(), DownloadColumn(), TimeRemainingColumn()
        with Progress(*columns, console=stderr) as progress:
            task = progress.add_task(record_type, total=None)
            return await work(target, lambda read, total: progress.update(task, completed=read, total=total))

    _print_report(run(report, writes=writes), record_type, strict=strict)


def _print_report(report: ImportReport, record_type: str, *, strict: bool) -> None:
    nameless = "an employer without a name" if record_type == "employers" else "a record without a reference"
    _print_records(report.refused, report.unit, nameless, ("was refused", "were refused"))
    _print_records(report.with_errors, report.unit, nameless, ("has errors", "have errors"))
    _print_warnings(report)
    for entry in report.kept.items:
        stdout.print(
            f"{report.unit} {entry.line}: {entry.reference} was changed here since the last import and is kept (--overwrite)"
        )
    _print_rest(report.kept, "are kept")
    _print_trackers(report)
    if not report.applied:
        stdout.print("Nothing was written.")
    stdout.print(f"{report.source} {record_type}: {', '.join(_counts(report))}")
    failed = report.refused.count or report.with_errors.count or (strict and report.fails_strict)
    sys.exit(1 if failed else 0)


def _print_records(records: Listing[RecordProblems], unit: str, nameless: str, outcomes: tuple[str, str]) -> None:
    """Print records with their problems; ``outcomes`` says what became of one and of several."""
    for record in records.items:
        reference = printable(record.reference, MAX_REFERENCE_LENGTH) or nameless
        stdout.print(f"{unit} {record.line}: {reference} {outcomes[0]}")
        for problem in record.problems:
            stdout.print(f"    {unit} {problem.line}, {_described(problem)}")
    _print_rest(records, outcomes[1])


def _print_warnings(report: ImportReport) -> None:
    warnings = report.warnings
    for warning in warnings.items:
        place = f"{report.unit} {warning.problem.line}, " if warning.problem.line else ""
        reference = f"{printable(warning.reference, MAX_REFERENCE_LENGTH)}, " if warning.reference else ""
        stdout.print(f"warning: {place}{reference}{_described(warning.problem)}")
    if warnings.count > len(warnings.items):
        stdout.print(f"warning: … and {warnings.count - len(warnings.items):,} more warnings")


def _print_trackers(report: ImportReport) -> None:
    for tracker in report.opened.items:
        opened = f"tracker {tracker.number} was opened" if report.applied else "a tracker would be opened"
        stdout.print(f"{opened}: {_error_of(tracker)}")
    _print_rest(report.opened, "trackers")
    for tracker in report.unresolved.items:
        stdout.print(
            f"tracker {tracker.number} is not new any more, but the error is still there: {_error_of(tracker)}"
        )
    _print_rest(report.unresolved, "such trackers")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _error_of(tracker: ErrorTracker) -> str:
    rule = f" [{tracker.rule}]" if tracker.rule else ""
    return f"{printable(tracker.reference, MAX_REFERENCE_LENGTH)}, {tracker.element}{rule}"


def _print_rest(listing: Listing[Any], outcome: str) -> None:
    if listing.count > len(listing.items):
        stdout.print(f"… and {listing.count - len(listing.items):,} more {outcome}")


def _described(problem: EntryProblem) -> str:
    rule = f" [{problem.rule}]" if problem.rule else ""
    return f"{problem.place}: {problem.message}{rule}"


def _counts(report: ImportReport) -> Iterator[str]:
    yield f"{report.new:,} new"
    yield f"{report.changed:,} changed"
    yield f"{report.unchanged:,} unchanged"
    yield f"{report.kept.count:,} kept"
    yield f"{report.refused.count:,} refused"
    if report.with_errors.count:
        yield f"{report.with_errors.count:,} with errors"
    if report.opened.count:
        yield f"{_number(report.opened.count, 'tracker')} {'opened' if report.applied else 'to open'}"
    if report.gone:
        yield f"{_number(report.gone, 'error')} gone"
    if report.back:
        yield f"{_number(report.back, 'error')} back"
