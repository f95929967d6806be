"""A tracker's history."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models import Member, TrackerEvent
from models.rows import columns
from services.pages import Key, Listing, Order, Page, PageRequest, fetch_pages
from services.statements import Statement
from services.viewer import Viewer
from services.visibility import visible

OLDEST_FIRST = Order("history", (Key("e.at", datetime), Key("e.id", UUID)))


async def pages_by_tracker(
    viewer: Viewer, request: PageRequest, tracker_ids: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    """The same page of each tracker's history, oldest first. The caller has seen the trackers."""
    statement = Statement()
    listing = Listing(
        order=OLDEST_FIRST,
        select=f"{columns(TrackerEvent, 'e')}, {columns(Member, 'actor')}",
        source="tracker_event e LEFT JOIN member actor ON actor.id = e.actor_id",
        where=f"{visible(TrackerEvent, 'e', viewer, statement)} AND e.tracker_id = parent.id",
        statement=statement,
    )
    return await fetch_pages(request, listing, tracker_ids, count=count)
