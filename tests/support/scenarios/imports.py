"""Helpers for tests of imports: generated ILR returns, and the rows that an import has written."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, Organisation
from models.database import fetch
from services.imports.learners import import_learners
from services.imports.report import ImportReport
from tests.support.scenarios.ilr_returns import return_xml

TABLES = ("learner", "learning_aim", "employer", "programme", "learner_group", "learner_in_group")


async def import_file(file: Path, provider: Organisation, **options: Any) -> ImportReport:
    return await import_learners(file, organisation_id=provider.id, **options)


async def written_rows() -> dict[str, list[Any]]:
    """Return all rows of the tables that imports write, without ``imported_at``."""
    return {
        table: [
            json.loads(row["document"])
            for row in await fetch(f"SELECT to_jsonb({table}) - 'imported_at' AS document FROM {table} ORDER BY 1")
        ]
        for table in TABLES
    }


NOTHING_WRITTEN: dict[str, list[Any]] = {table: [] for table in TABLES}


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused.count, report.kept.count


def aim_xml(reference: str = "60133533", start: str = "2026-09-10", **elements: object) -> str:
    values = {"LearnAimRef": reference, "AimType": 4, "LearnStartDate": start, "CompStatus": 1} | elements
    return (
        f"<LearningDelivery>{''.join(f'<{name}>{value}</{name}>' for name, value in values.items())}</LearningDelivery>"
    )


def learner_xml(*aims: str, reference: str = "A1", **fields: object) -> str:
    uln = 9276308686 if reference == "A1" else 9999999999  # two learners must not have the same (rule R_59)
    values = {"ULN": uln, "FamilyName": "Sample", "GivenNames": "Sam"} | fields
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return f"<Learner><LearnRefNumber>{reference}</LearnRefNumber>{elements}{''.join(aims or (aim_xml(),))}</Learner>"


async def stored_aims(reference: str = "A1") -> list[tuple[UUID, str, dt.date, int]]:
    rows = await LearningAim.filter(learner__reference=reference).order_by("start_date", "sequence", "id")
    return [(row.id, row.reference, row.start_date, row.completion_status) for row in rows]


async def approve_change(reference: str = "A1", **columns: object) -> None:
    """Change a learner in the same way as an approved automation."""
    await Learner.filter(reference=reference).update(changed_at=dt.datetime.now(dt.UTC), **columns)


def write_file(path: Path, content: str | bytes) -> None:
    """Write text or bytes to a file; ruff forbids blocking calls in the asynchronous tests themselves."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)


WriteReturn = Callable[..., Path]


def return_writer(directory: Path) -> WriteReturn:
    """Return a function that writes an ILR return of the given learners to the directory, and returns its path."""

    def write_return(*learners: str, namespace: str = "ILR/2026-27") -> Path:
        path = directory / "return.xml"
        path.write_bytes(return_xml("".join(learners), namespace))
        return path

    return write_return
