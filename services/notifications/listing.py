"""A member's list of notifications, and marking them as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models import Notification
from models.database import fetch, transaction
from models.rows import columns, row
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_page
from services.viewer import Viewer
from services.visibility import visible

NEWEST_FIRST = Order("notifications", (Key("r.cursor", int, descending=True),))
MOST_ANSWERED = 100
"""So many of the notifications that were marked are answered, the newest."""


@dataclass(frozen=True, slots=True)
class ReadMark:
    """Which notifications to mark: those named, or all."""

    ids: Sequence[UUID] = ()
    all: bool = False


async def page_of_notifications(viewer: Viewer, request: PageRequest, *, unread_only: bool, count: bool) -> Page:
    """The viewer's notifications, newest first."""
    statement = StatementBuilder()
    where = visible(Notification, "r", viewer, statement)
    query = ListQuery(
        order=NEWEST_FIRST,
        select=columns(Notification, "r"),
        source="notification r",
        where=f"{where} AND r.read_at IS NULL" if unread_only else where,
        statement=statement,
    )
    return await fetch_page(request, query, count=count)


async def mark_read(viewer: Viewer, mark: ReadMark) -> list[Notification]:
    """Mark notifications as read; those read before keep their time. Answers the marked ones, newest first.

    Raises ValidationFailed with NOT_FOUND for each that the viewer does not have; then none is marked.
    """
    async with transaction():
        known = {
            found["id"]
            for found in await fetch(
                "SELECT id FROM notification WHERE recipient_id = $1 AND id = ANY($2)", viewer.member_id, mark.ids
            )
        }
        problems = [
            Problem(("ids", str(place)), ErrorCode.NOT_FOUND, "There is no such notification.")
            for place, notification_id in enumerate(mark.ids)
            if notification_id not in known
        ]
        if problems:
            raise ValidationFailed(problems)
        records = await fetch(
            f"WITH marked AS (UPDATE notification SET read_at = now() WHERE recipient_id = $1 AND read_at IS NULL "
            f"AND ($3 OR id = ANY($2)) RETURNING *) SELECT {columns(Notification, 'r')} FROM ("
            f"SELECT * FROM marked UNION SELECT * FROM notification WHERE id = ANY($2) AND read_at IS NOT NULL"
            f") r ORDER BY r.cursor DESC LIMIT {MOST_ANSWERED}",
            viewer.member_id,
            mark.ids,
            mark.all,
        )
    return [one for one in (row(Notification, "r", record) for record in records) if one is not None]
