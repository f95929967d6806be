"""A tracker's history: reading it, and adding to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from models import Member, Tracker, TrackerEvent, TrackerEventKind
from models.base import dump_json, new_id
from models.database import fetch
from models.rows import columns
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_pages
from services.viewer import Viewer
from services.visibility import visible

_WRITE = """
INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, actor_id, at, version, comment, changes)
VALUES ($1, $2, $3, $4, $5, now(), $6, $7, $8)
"""

OLDEST_FIRST = Order("history", (Key("e.at", datetime), Key("e.id", UUID)))


async def pages_by_tracker(
    viewer: Viewer, request: PageRequest, tracker_ids: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    """The same page of each tracker's history, oldest first. The caller has seen the trackers."""
    statement = StatementBuilder()
    query = ListQuery(
        order=OLDEST_FIRST,
        select=f"{columns(TrackerEvent, 'e')}, {columns(Member, 'actor')}",
        source="tracker_event e LEFT JOIN member actor ON actor.id = e.actor_id",
        where=f"{visible(TrackerEvent, 'e', viewer, statement)} AND e.tracker_id = parent.id",
        statement=statement,
    )
    return await fetch_pages(request, query, tracker_ids, count=count)


async def write_event(
    tracker: Tracker,
    kind: TrackerEventKind,
    *,
    version: int,
    actor_id: UUID | None,
    comment: str | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Add to a tracker's history, in the caller's transaction, which is also what it is dated by.

    ``version`` is the tracker's afterwards, no ``actor_id`` the system; ``changes`` are those of ``tracker_changes``.
    """
    values = (new_id(), tracker.organisation_id, tracker.id, kind, actor_id, version, comment)
    await fetch(_WRITE, *values, dump_json(list(changes)))
