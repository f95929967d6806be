"""Reading what comes next in inboxes, together with the members who may receive it, in one statement.

As both are of one snapshot, whoever receives a notification had a valid session, and the roles, of a moment when it had
been written. The statements are built so that PostgreSQL plans them once a connection, because a plan costs more than
its execution: the planner knows neither the number of elements of an array nor how many events follow a cursor.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from models import Notification
from models.rows import column_names, columns, rows
from services.accounts.sessions.current_viewers import CurrentMember, SessionKey, fetch_with_valid
from services.kernel.sql import StatementBuilder
from services.notifications.listeners import Place, Positioned, Read
from services.row_selection import RowSelection, select_row

BATCH_SIZE = 100
LIVE_BATCH_SIZE = 2
"""The number of notifications that are read with the rows that they refer to. Of more than one, the rows would be read
again when it is sent; a second one shows that there may be more."""


async def read_events(places: Sequence[Place], sessions: Sequence[SessionKey]) -> Read:
    """Read the next notifications of each place, without the rows that they refer to."""
    statement = StatementBuilder()
    members = statement.bind_array([member_id for member_id, _ in places], "uuid")
    cursors = statement.bind_array([cursor for _, cursor in places], "bigint")
    select = f"""
    SELECT request.index, n.* FROM unnest({members}, {cursors}) WITH ORDINALITY AS request (member_id, after, index)
    CROSS JOIN LATERAL (
        SELECT {columns(Notification, "n")} FROM notification n
        WHERE n.recipient_id = request.member_id AND n.cursor > request.after ORDER BY n.cursor LIMIT {BATCH_SIZE}
    ) n
    """
    found, valid = await fetch_with_valid(select, 'event.index, event."n.cursor"', statement, sessions)
    events: dict[Place, list[Positioned]] = {}
    for record, notification in zip(found, rows(Notification, "n", found), strict=True):
        events.setdefault(places[record["index"] - 1], []).append((notification.cursor, notification))
    return Read(dict(events), BATCH_SIZE, valid)


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
    # As a subquery, the cursor is unknown to the planner; the notifications are limited first, to join to few.
    select = f"""
    SELECT {source.columns} FROM (
        SELECT * FROM notification WHERE recipient_id = {statement.bind(member_id)}
            AND cursor > (SELECT {statement.bind(cursor)}::bigint) ORDER BY cursor LIMIT {LIVE_BATCH_SIZE}
    ) n {joins}
    """
    found, valid = await fetch_with_valid(select, 'event."n.cursor"', statement, sessions)
    events: dict[Place, Sequence[Positioned]] = {place: [(event.cursor, event) for event in source.read(found)]}
    recipient = _recipient(member_id, valid)
    again = StatementBuilder()
    is_seen = recipient is not None and (source.joins(recipient.viewer(None), again), again.values) == (joins, rights)
    return Read(events, LIVE_BATCH_SIZE, valid, selection if is_seen else None)


def _recipient(member_id: UUID, members: dict[SessionKey, CurrentMember]) -> CurrentMember | None:
    return next((current for current in members.values() if current.member.id == member_id), None)


@lru_cache(maxsize=1_000)
def _with_all_columns(selection: RowSelection[Any]) -> RowSelection[Any]:
    """Return a selection with all columns of the event itself: the feed needs some, and others may share the event."""
    return select_row(Notification, frozenset(column_names(Notification)), selection.joins)
