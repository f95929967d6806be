"""Helpers for tests of trackers about the errors that an import finds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models import Organisation, Tracker, TrackerEvent
from services.imports.report import ImportReport
from tests.support.scenarios.imports import import_file, learner_xml

WRONG_ULN = learner_xml(ULN=9276308685)


async def open_trackers(file: Path, provider: Organisation, **options: Any) -> ImportReport:
    return await import_file(file, provider, open_trackers=True, **options)


async def trackers() -> list[Tracker]:
    return await Tracker.all().order_by("number")


async def events(tracker: Tracker) -> list[tuple[str, str | None, object]]:
    """Return the kind, comment and actor of each event of a tracker."""
    rows = await TrackerEvent.filter(tracker_id=tracker.id).order_by("at")
    return [(row.kind.value, row.comment, row.actor_id) for row in rows]


def opened(report: ImportReport) -> Sequence[tuple[str, str, str]]:
    """Return the learner's reference, the element and the rule of each tracker that an import has opened."""
    return [(tracker.reference, tracker.element, tracker.rule) for tracker in report.opened.items]
