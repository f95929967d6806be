"""Reading what comes next in inboxes, together with the members who may receive it, in one statement.

As both are of one snapshot, whoever receives a notification had a valid session, and the roles, of a moment when it had
been written.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from models import Notification
from models.database import fetch
from models.rows import column_names, columns, rows
from services.accounts.current_viewers import (
    CurrentMember,
    SessionKey,
    current_members,
    select_current_members,
    session_parameters,
)
from services.kernel.sql import StatementBuilder
from services.notifications.listeners import Numbered, Place, Read
from services.row_selection import RowSelection, select_row

BATCH_SIZE = 100


@cache
def _select_events_and_members() -> str:
    """Return a SELECT of the next notifications of each place, and of the members whose sessions are valid.

    A row has one of both.
    """
    return f"""
    SELECT n.*, s.* FROM (
        SELECT request.index, n.* FROM unnest($1::uuid[], $2::bigint[])
            WITH ORDINALITY AS request (member_id, after, index)
        CROSS JOIN LATERAL (
            SELECT {columns(Notification, "n")} FROM notification n
            WHERE n.recipient_id = request.member_id AND n.cursor > request.after ORDER BY n.cursor LIMIT {BATCH_SIZE}
        ) n
    ) n FULL JOIN ({select_current_members(3)}) s ON false ORDER BY n.index, n."n.cursor"
    """


async def read_events(places: Sequence[Place], sessions: Sequence[SessionKey]) -> Read:
    """Read the next notifications of each place, without the rows that they refer to."""
    members, cursors = [member_id for member_id, _ in places], [cursor for _, cursor in places]
    records = await fetch(_select_events_and_members(), members, cursors, *session_parameters(sessions))
    found = [record for record in records if record["index"] is not None]
    events: dict[Place, list[Numbered]] = {}
    for record, notification in zip(found, rows(Notification, "n", found), strict=True):
        events.setdefault(places[record["index"] - 1], []).append((notification.cursor, notification))
    valid = [record for record in records if record["index"] is None]
    return Read(dict(events), current_members(sessions, valid))


async def read_selected_events(
    place: Place, sessions: Sequence[SessionKey], selection: RowSelection[Any], known: CurrentMember
) -> Read:
    """Read the next notifications of one place, with the rows that are selected and that their recipient may see.

    ``known`` is the recipient as last read, whose rights decide which rows those are. If the rights turn out to have
    changed since, the notifications are returned without the rows.
    """
    member_id, cursor = place
    source = _with_all_columns(selection).source("n")
    statement = StatementBuilder()
    joins = source.joins(known.viewer(None), statement)
    rights = [*statement.values]
    text = f"""
    SELECT n.*, s.* FROM (
        SELECT {source.columns} FROM notification n {joins}
        WHERE n.recipient_id = {statement.bind(member_id)} AND n.cursor > {statement.bind(cursor)}
        ORDER BY n.cursor LIMIT {BATCH_SIZE}
    ) n FULL JOIN ({select_current_members(len(statement.values) + 1)}) s ON false ORDER BY n."n.cursor"
    """
    statement.values += session_parameters(sessions)
    records = await statement.fetch(text)
    found = [record for record in records if record["n.id"] is not None]
    members = current_members(sessions, [record for record in records if record["n.id"] is None])
    events: dict[Place, Sequence[Numbered]] = {place: [(event.cursor, event) for event in source.read(found)]}
    recipient = _recipient(member_id, members)
    again = StatementBuilder()
    is_seen = recipient is not None and (source.joins(recipient.viewer(None), again), again.values) == (joins, rights)
    return Read(events, members, selection if is_seen else None)


def _recipient(member_id: UUID, members: dict[SessionKey, CurrentMember]) -> CurrentMember | None:
    return next((current for current in members.values() if current.member.id == member_id), None)


@lru_cache(maxsize=1_000)
def _with_all_columns(selection: RowSelection[Any]) -> RowSelection[Any]:
    """Return a selection with all columns of the event itself: the feed needs some, and others may share the event."""
    return select_row(Notification, frozenset(column_names(Notification)), selection.joins)
