"""Comments on trackers: adding and listing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Comment, NotificationKind, Tracker, TrackerEventKind
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns, rows
from services.history import write_event
from services.idempotency import IdempotencyKey, KeyTable, check_key, find_by_key, lock_key
from services.kernel.checks import check_text
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.kernel.text import MAX_COMMENT_LENGTH
from services.kernel.unit_of_work import unit_of_work
from services.notifications.notify import announce_change, notify
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_pages
from services.row_selection import RowSelection
from services.rows import rows_by_id
from services.viewer import Viewer

OLDEST_FIRST = Order("comments", (Key("c.created_at", datetime), Key("c.id", UUID)))

_INSERT = NamedParameterStatement("""
INSERT INTO comment (id, organisation_id, tracker_id, author_id, text, created_at, idempotency_key, idempotency_digest)
VALUES (:id, :organisation_id, :tracker_id, :author_id, :text, now(), :idempotency_key, :idempotency_digest)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEntry:
    """The input of ``add_comment``."""

    tracker_id: UUID
    text: str
    idempotency_key: str | None = None


async def add_comment(viewer: Viewer, entry: CommentEntry) -> UUID:
    """Add a comment to a tracker, notify its creator and assignee, and return the comment's id.

    If the same entry is repeated with the same idempotency key, return the existing comment's id without notifying again.
    Raises ValidationFailed with the problems of every field.
    """
    errors = ErrorCollector()
    text = check_text(
        errors.at("text"),
        entry.text,
        label="The comment",
        max_length=MAX_COMMENT_LENGTH,
        required_message="Say something.",
    )
    # Digests of this content are stored with idempotency keys, so its format must never change.
    key = check_key(errors.at("idempotency_key"), entry.idempotency_key, lambda: [str(entry.tracker_id), text])
    if key and not errors.problems and (existing := await find_by_key(KeyTable.COMMENT, viewer.member_id, key)):
        return existing
    (tracker,) = await rows_by_id(viewer, Tracker, [entry.tracker_id])
    if tracker is None:
        not_found = Problem(("tracker_id",), ErrorCode.NOT_FOUND, "There is no such tracker.")
        raise ValidationFailed([not_found, *errors.problems])
    errors.raise_if_any()
    return await unit_of_work(lambda: _insert_once(viewer, tracker.id, text, key))


async def _insert_once(viewer: Viewer, tracker_id: UUID, text: str, key: IdempotencyKey | None) -> UUID:
    async with transaction():
        if key:
            await lock_key(key, scope=f"comment:{viewer.member_id}")
            if existing := await find_by_key(KeyTable.COMMENT, viewer.member_id, key):
                return existing
        return await _insert(viewer, tracker_id, text, key)


async def _insert(viewer: Viewer, tracker_id: UUID, text: str, key: IdempotencyKey | None) -> UUID:
    # Every change locks the tracker first, so that concurrent changes write its history and inboxes in the same order.
    locked = await fetch(f"SELECT {columns(Tracker, 't')} FROM tracker t WHERE id = $1 FOR NO KEY UPDATE", tracker_id)
    (tracker,) = rows(Tracker, "t", locked)
    comment_id = new_id()
    await _INSERT.fetch(
        id=comment_id,
        organisation_id=viewer.organisation_id,
        tracker_id=tracker_id,
        author_id=viewer.member_id,
        text=text,
        idempotency_key=key.value if key else None,
        idempotency_digest=key.digest if key else None,
    )
    await write_event(
        tracker, TrackerEventKind.COMMENTED, version=tracker.version, actor_id=viewer.member_id, comment=text
    )
    recipients = [tracker.created_by_id, tracker.assignee_id]
    await notify(recipients, NotificationKind.COMMENTED, tracker_id=tracker_id, actor_id=viewer.member_id)
    announce_change(tracker_id)
    return comment_id


async def pages_by_tracker(
    viewer: Viewer,
    request: PageRequest,
    tracker_ids: Sequence[UUID],
    selection: RowSelection[Comment],
    *,
    count: bool,
) -> dict[UUID, Page]:
    """Fetch the same page of each tracker's comments, oldest first, with the SQL alias ``c``, by tracker id.

    The caller must have checked that the trackers are visible to the viewer.
    """
    statement, source = StatementBuilder(), selection.source("c")
    query = ListQuery(
        order=OLDEST_FIRST,
        select=source.columns,
        source=f"comment c {source.joins(viewer, statement)}",
        where=f"c.organisation_id = {statement.bind(viewer.organisation_id)} AND c.tracker_id = parent.id",
        statement=statement,
    )
    return await fetch_pages(request, query, tracker_ids, count=count)
