"""The import commands: a bar while they read, then what was refused and why, then the sum."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from models import Organisation
from server.cli.output import organisation as organisation_of
from server.cli.output import out, run, told
from services.imports.employers import import_employers
from services.imports.learners import import_learners
from services.imports.report import ImportReport, OnProgress

MOST_SHOWN = 1_000
LONGEST_SHOWN = 40


def learners(file: Path, organisation: str, *, dry_run: bool, strict: bool, overwrite: bool) -> None:
    """Import learners and exit: 0 all went in, 1 some were refused, 2 the file cannot be read."""

    async def work(into: Organisation, on_progress: OnProgress) -> ImportReport:
        return await import_learners(
            file, organisation_id=into.id, dry_run=dry_run, strict=strict, overwrite=overwrite, on_progress=on_progress
        )

    _import(organisation, work, "learners")


def employers(file: Path, organisation: str) -> None:
    """Import employers and exit likewise."""

    async def work(into: Organisation, on_progress: OnProgress) -> ImportReport:
        return await import_employers(file, organisation_id=into.id, on_progress=on_progress)

    _import(organisation, work, "employers")


def _import(organisation: str, work: Callable[[Organisation, OnProgress], Awaitable[ImportReport]], what: str) -> None:
    async def report() -> ImportReport:
        into = await organisation_of(organisation)
        with Progress(
            TextColumn("Importing " + what), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=told
        ) as bar:
            task = bar.add_task(what, total=None)
            return await work(into, lambda read, total: bar.update(task, completed=read, total=total))

    _tell(run(report), what)


def _tell(report: ImportReport, what: str) -> None:
    for record in report.refused[:MOST_SHOWN]:
        out.print(f"line {record.line}: {_shown(record.reference) or 'a record without a reference'} was refused")
        for problem in record.problems:
            rule = f" [{problem.rule}]" if problem.rule else ""
            out.print(f"    line {problem.line}, {problem.place}: {problem.message}{rule}")
    if len(report.refused) > MOST_SHOWN:
        out.print(f"… and {len(report.refused) - MOST_SHOWN:,} more were refused")
    for kept in report.kept:
        out.print(
            f"line {kept.line}: {kept.reference} was changed here since the last import and is kept (--overwrite)"
        )
    if not report.applied:
        out.print("Nothing was written.")
    counts = f"{report.new:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged"
    out.print(f"{report.source} {what}: {counts}, {len(report.kept):,} kept, {len(report.refused):,} refused")
    sys.exit(1 if report.refused else 0)


def _shown(reference: str) -> str:
    # What a file holds may be long, and may hold what a terminal obeys.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in reference[:LONGEST_SHOWN])
