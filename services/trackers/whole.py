"""One tracker with a page of its history and what its values refer to, in one statement.

Each of the three is a SELECT of its own. Their rows come side by side, the first of each in the first row, so that each column is
sent once: a plain join would repeat the tracker, with its description and values, for every event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import Tracker, TrackerEvent
from services.history import OLDEST_FIRST, history_query
from services.kernel.errors import BadRequestError
from services.kernel.sql import StatementBuilder
from services.paging.pages import Page, PageRequest, read_page, select_pages
from services.row_selection import RowSelection
from services.rows import ReferencedRow, read_referenced, select_referenced
from services.viewer import Viewer
from services.visibility import visibility_condition

_ID_PATTERN = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_REFERENCES = f"""(SELECT DISTINCT value::uuid FROM found, jsonb_each_text("r.values") WHERE value ~ '{_ID_PATTERN}')"""
"""The ids in a tracker's values. A text that looks like one is looked up too, which harms nobody."""


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """A page of a tracker's history."""

    request: PageRequest
    selection: RowSelection[TrackerEvent]
    count: bool


@dataclass(frozen=True, slots=True)
class WholeTracker:
    """A tracker, or None if there is none for the viewer, and what was read with it."""

    tracker: Tracker | None
    history: Page | None = None
    """None if it was not asked for, or its pagination arguments are invalid."""
    referenced: Mapping[UUID, ReferencedRow | None] | None = None
    """The rows by the ids in the tracker's values; None if these are not selected."""


async def read_whole_tracker(
    viewer: Viewer,
    tracker_id: UUID,
    selection: RowSelection[Tracker],
    history: HistoryRequest | None,
    references: Sequence[RowSelection[Any]],
) -> WholeTracker:
    """Read what is selected of a tracker, a page of its history, and what is selected of the rows that it refers to."""
    statement, source = StatementBuilder(), selection.source("r")
    condition = visibility_condition(Tracker, "r", viewer, statement)
    found = (
        f"SELECT {source.columns} FROM tracker r {source.joins(viewer, statement)} "
        f"WHERE {condition} AND r.id = {statement.bind(tracker_id)}"
    )
    parts = {"tracker": "SELECT * FROM found"}
    if history is not None:
        query = history_query(viewer, history.selection, statement)
        try:
            parts["history"] = select_pages(history.request, query, '(SELECT "r.id" FROM found)', count=history.count)
        except BadRequestError:  # the history's own field refuses it
            return await read_whole_tracker(viewer, tracker_id, selection, None, references)
    if "values" in selection.columns:
        parts["referenced"] = select_referenced(viewer, references, _REFERENCES, statement)
    records = await statement.fetch(f"WITH found AS MATERIALIZED ({found}) {_side_by_side(parts)}")
    rows = {part: [record for record in records if record[f"is_{part}"]] for part in parts}
    if not rows["tracker"]:
        return WholeTracker(None)
    return WholeTracker(
        source.read(rows["tracker"])[0],
        read_page(history.request, OLDEST_FIRST, rows["history"]) if history and "history" in rows else None,
        read_referenced(references, rows["referenced"]) if "referenced" in rows else None,
    )


def _side_by_side(parts: Mapping[str, str]) -> str:
    """Return a SELECT whose rows have a row of each SELECT, in their order; null where one has no more.

    Whether there is one is in the column ``is_<part>``.
    """
    numbered = [
        f"(SELECT true AS is_{name}, row_number() OVER () AS place, part.* FROM ({select}) part) {name}"
        for name, select in parts.items()
    ]
    return f"SELECT * FROM {' FULL JOIN '.join([numbered[0], *(f'{part} USING (place)' for part in numbered[1:])])} ORDER BY place"
