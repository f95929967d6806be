"""The import commands, which show a progress bar, then the refused records with the reasons, then the counts."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from models import Organisation
from server.cli.output import require_organisation, run, stderr, stdout
from services.imports.employers import import_employers
from services.imports.learners import import_learners
from services.imports.report import ImportReport, OnProgress

MAX_REFUSALS = 1_000
"""The maximum number of refused records to list; any others are only counted."""
MAX_REFERENCE_LENGTH = 40


def run_learner_import(file: Path, organisation: str, *, dry_run: bool, strict: bool, overwrite: bool) -> None:
    """Import learners, then exit with code 0 if all were imported, or 1 if some were refused."""

    async def work(target: Organisation, on_progress: OnProgress) -> ImportReport:
        return await import_learners(
            file,
            organisation_id=target.id,
            dry_run=dry_run,
            strict=strict,
            overwrite=overwrite,
            on_progress=on_progress,
        )

    _run_import(organisation, work, "learners")


def run_employer_import(file: Path, organisation: str) -> None:
    """Import employers, then exit with code 0 if all were imported, or 1 if some were refused."""

    async def work(target: Organisation, on_progress: OnProgress) -> ImportReport:
        return await import_employers(file, organisation_id=target.id, on_progress=on_progress)

    _run_import(organisation, work, "employers")


def _run_import(
    organisation: str, work: Callable[[Organisation, OnProgress], Awaitable[ImportReport]], record_type: str
) -> None:
    async def report() -> ImportReport:
        target = await require_organisation(organisation)
        columns = TextColumn("Importing " + record_type), BarColumn(), DownloadColumn(), TimeRemainingColumn()
        with Progress(*columns, console=stderr) as progress:
            task = progress.add_task(record_type, total=None)
            return await work(target, lambda read, total: progress.update(task, completed=read, total=total))

    _print_report(run(report), record_type)


def _print_report(report: ImportReport, record_type: str) -> None:
    for record in report.refused[:MAX_REFUSALS]:
        reference = _printable(record.reference) or "a record without a reference"
        stdout.print(f"line {record.line}: {reference} was refused")
        for problem in record.problems:
            rule = f" [{problem.rule}]" if problem.rule else ""
            stdout.print(f"    line {problem.line}, {problem.place}: {problem.message}{rule}")
    if len(report.refused) > MAX_REFUSALS:
        stdout.print(f"… and {len(report.refused) - MAX_REFUSALS:,} more were refused")
    for entry in report.kept:
        stdout.print(
            f"line {entry.line}: {entry.reference} was changed here since the last import and is kept (--overwrite)"
        )
    if not report.applied:
        stdout.print("Nothing was written.")
    counts = f"{report.new:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged"
    stdout.print(f"{report.source} {record_type}: {counts}, {len(report.kept):,} kept, {len(report.refused):,} refused")
    sys.exit(1 if report.refused else 0)


def _printable(reference: str) -> str:
    # Text from a file may be long, and may contain terminal control sequences.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in reference[:MAX_REFERENCE_LENGTH])
