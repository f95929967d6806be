"""Listing a member's notifications, and marking them as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from models import Notification
from models.database import fetch, transaction
from models.rows import columns, rows
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.kernel.unit_of_work import unit_of_work
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_page
from services.row_selection import RowSelection
from services.viewer import Viewer
from services.visibility import visibility_condition

NEWEST_FIRST = Order("notifications", (Key("r.cursor", int, descending=True),))
MAX_MARKED_RETURNED = 100
"""The maximum number of marked notifications to return: the newest ones."""


@cache
def _mark_read_statement() -> NamedParameterStatement:
    return NamedParameterStatement(f"""
    WITH marked AS (
        UPDATE notification SET read_at = now()
        WHERE recipient_id = :recipient_id AND read_at IS NULL AND (:all OR id = ANY(:ids))
        RETURNING *
    )
    SELECT {columns(Notification, "r")} FROM (
        SELECT * FROM marked UNION SELECT * FROM notification WHERE id = ANY(:ids) AND read_at IS NOT NULL
    ) r ORDER BY r.cursor DESC LIMIT {MAX_MARKED_RETURNED}
    """)


@dataclass(frozen=True, slots=True)
class ReadSelection:
    """The notifications to mark as read: those with these ids, or all."""

    ids: Sequence[UUID] = ()
    all: bool = False


async def page_of_notifications(
    viewer: Viewer, request: PageRequest, selection: RowSelection[Notification], *, unread_only: bool, count: bool
) -> Page:
    """Return a page of the viewer's notifications, newest first, with the SQL alias ``r``."""
    statement, source = StatementBuilder(), selection.source("r")
    where = visibility_condition(Notification, "r", viewer, statement)
    query = ListQuery(
        order=NEWEST_FIRST,
        select=source.columns,
        source=f"notification r {source.joins(viewer, statement)}",
        where=f"{where} AND r.read_at IS NULL" if unread_only else where,
        statement=statement,
    )
    return await fetch_page(request, query, count=count)


async def mark_read(viewer: Viewer, selection: ReadSelection) -> list[Notification]:
    """Mark notifications as read and return them, newest first; those already read keep their timestamp.

    Raises ValidationFailed with NOT_FOUND for each id that does not belong to a notification of the viewer; none is
    marked then.
    """
    return await unit_of_work(lambda: _mark_read(viewer, selection))


async def _mark_read(viewer: Viewer, selection: ReadSelection) -> list[Notification]:
    async with transaction():
        select_owned = "SELECT id FROM notification WHERE recipient_id = $1 AND id = ANY($2)"
        owned_ids = {record["id"] for record in await fetch(select_owned, viewer.member_id, selection.ids)}
        errors = ErrorCollector()
        for index, notification_id in enumerate(selection.ids):
            if notification_id not in owned_ids:
                errors.at("ids", index).add(ErrorCode.NOT_FOUND, "There is no such notification.")
        errors.raise_if_any()
        records = await _mark_read_statement().fetch(
            recipient_id=viewer.member_id, ids=selection.ids, all=selection.all
        )
    return rows(Notification, "r", records)
