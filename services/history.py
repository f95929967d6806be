"""The history of trackers: reading and adding events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from models import Tracker, TrackerEvent, TrackerEventKind
from models.base import dump_json, new_id
from models.database import fetch
from services.idempotency import IdempotencyKey
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_pages
from services.row_selection import RowSelection
from services.viewer import Viewer
from services.visibility import visibility_condition

_INSERT = NamedParameterStatement("""
INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, actor_id, at, version, comment, changes,
    idempotency_key, idempotency_digest)
VALUES (:id, :organisation_id, :tracker_id, :kind, :actor_id, now(), :version, :comment, :changes,
    :idempotency_key, :idempotency_digest)
""")
_INSERT_SEVERAL = """
INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, at, version, comment, changes)
SELECT new.id, t.organisation_id, t.id, $3::text, CASE $3::text WHEN 'CREATED' THEN t.created_at ELSE clock_timestamp() END,
    t.version, $4, '[]'
FROM unnest($1::uuid[], $2::uuid[]) AS new(id, tracker_id) JOIN tracker t ON t.id = new.tracker_id"""

OLDEST_FIRST = Order("history", (Key("e.at", datetime), Key("e.id", UUID)))


async def pages_by_tracker(
    viewer: Viewer,
    request: PageRequest,
    tracker_ids: Sequence[UUID],
    selection: RowSelection[TrackerEvent],
    *,
    count: bool,
) -> dict[UUID, Page]:
    """Fetch the same page of each tracker's events, oldest first, with the SQL alias ``e``.

    The viewer must be allowed to see the trackers.
    """
    query = history_query(viewer, selection, StatementBuilder())
    return await fetch_pages(request, query, tracker_ids, count=count)


def history_query(viewer: Viewer, selection: RowSelection[TrackerEvent], statement: StatementBuilder) -> ListQuery:
    """Return the query of the events of the tracker ``parent.id``, oldest first, with the SQL alias ``e``."""
    source = selection.source("e")
    return ListQuery(
        order=OLDEST_FIRST,
        select=source.columns,
        source=f"tracker_event e {source.joins(viewer, statement)}",
        where=f"{visibility_condition(TrackerEvent, 'e', viewer, statement)} AND e.tracker_id = parent.id",
        statement=statement,
    )


async def write_event(
    tracker: Tracker,
    kind: TrackerEventKind,
    *,
    version: int,
    actor_id: UUID | None,
    comment: str | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
    key: IdempotencyKey | None = None,
) -> None:
    """Add an event to a tracker's history, with the timestamp of the caller's transaction.

    ``version`` is the tracker's version after the change, ``actor_id`` is None for the system, ``changes`` has the form
    that ``trackers.diff`` returns, and ``key`` is that of the request that made the change.
    """
    await _INSERT.fetch(
        id=new_id(),
        organisation_id=tracker.organisation_id,
        tracker_id=tracker.id,
        kind=kind,
        actor_id=actor_id,
        version=version,
        comment=comment,
        changes=dump_json(list(changes)),
        idempotency_key=key.value if key else None,
        idempotency_digest=key.digest if key else None,
    )


async def write_system_events(
    tracker_ids: Sequence[UUID], kind: TrackerEventKind, *, comment: str | None = None
) -> None:
    """Add the same event by the system to the history of several trackers."""
    await fetch(_INSERT_SEVERAL, [new_id() for _ in tracker_ids], list(tracker_ids), kind, comment)
