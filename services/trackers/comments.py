"""Comments: what people say about a tracker, and who hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Comment, Member, NotificationKind, Tracker, TrackerEventKind
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns
from services import idempotency
from services.history import write_event
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import StatementBuilder
from services.kernel.text import MAX_COMMENT_LENGTH, check_plain_text
from services.kernel.unit_of_work import unit_of_work
from services.notifications.notify import announce_change, notify
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_pages
from services.rows import rows_by_id
from services.viewer import Viewer

OLDEST_FIRST = Order("comments", (Key("c.created_at", datetime), Key("c.id", UUID)))

_WRITE = """
INSERT INTO comment (id, organisation_id, tracker_id, author_id, text, created_at, idempotency_key, idempotency_digest)
VALUES ($1, $2, $3, $4, $5, now(), $6, $7)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEntry:
    """What somebody says about a tracker."""

    tracker_id: UUID
    text: str
    idempotency_key: str | None = None


async def add_comment(viewer: Viewer, entry: CommentEntry) -> UUID:
    """Keep a comment and tell the tracker's creator and assignee; whoever sees a tracker may comment.

    An entry whose idempotency key was spent on the same entry is answered with that comment and tells nobody
    again. Raises ValidationFailed with all problems.
    """
    text, problems = check_plain_text(entry.text, path=("text",), label="The comment", max_length=MAX_COMMENT_LENGTH)
    if not text and not problems:
        problems = (Problem(("text",), ErrorCode.REQUIRED, "Say something."),)
    key_problems = idempotency.key_problems(entry.idempotency_key)
    digest = (
        idempotency.digest([str(entry.tracker_id), text])
        if entry.idempotency_key and not (problems or key_problems)
        else None
    )
    if digest is not None and (made := await _made(viewer, entry, digest)):
        return made
    tracker = (await rows_by_id(viewer, Tracker, [entry.tracker_id]))[0]
    if tracker is None:
        problems = (Problem(("tracker_id",), ErrorCode.NOT_FOUND, "There is no such tracker."), *problems)
    if tracker is None or problems or key_problems:
        raise ValidationFailed([*problems, *key_problems])
    return await unit_of_work(lambda: _add(viewer, entry, tracker, text, digest))


async def _add(viewer: Viewer, entry: CommentEntry, tracker: Tracker, text: str, digest: str | None) -> UUID:
    async with transaction():
        if digest is not None:
            lock = f"comment:{viewer.member_id}:{entry.idempotency_key}"
            await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", lock)
            if made := await _made(viewer, entry, digest):
                return made
        # Under the tracker's lock its history and its inboxes are written in one order, as by every other change.
        await fetch("SELECT FROM tracker WHERE id = $1 FOR NO KEY UPDATE", tracker.id)
        comment_id = new_id()
        key = entry.idempotency_key if digest else None
        await fetch(_WRITE, comment_id, viewer.organisation_id, tracker.id, viewer.member_id, text, key, digest)
        now = await Tracker.get(id=tracker.id)
        await write_event(now, TrackerEventKind.COMMENTED, version=now.version, actor_id=viewer.member_id, comment=text)
        concerned = [now.created_by_id, now.assignee_id]
        await notify(concerned, NotificationKind.COMMENTED, tracker_id=now.id, actor_id=viewer.member_id)
        await announce_change(now.id)
        return comment_id


async def _made(viewer: Viewer, entry: CommentEntry, digest: str) -> UUID | None:
    found = await Comment.get_or_none(author_id=viewer.member_id, idempotency_key=entry.idempotency_key)
    if found is None:
        return None
    if found.idempotency_digest != digest:
        raise ValidationFailed([idempotency.reused()])
    return found.id


async def pages_by_tracker(
    viewer: Viewer, request: PageRequest, tracker_ids: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    """The same page of each tracker's comments, oldest first. The caller has seen the trackers."""
    statement = StatementBuilder()
    query = ListQuery(
        order=OLDEST_FIRST,
        select=f"{columns(Comment, 'c')}, {columns(Member, 'author')}",
        source="comment c JOIN member author ON author.id = c.author_id",
        where=f"c.organisation_id = {statement.bind(viewer.organisation_id)} AND c.tracker_id = parent.id",
        statement=statement,
    )
    return await fetch_pages(request, query, tracker_ids, count=count)
