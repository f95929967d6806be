"""Asking of many sessions at once, in one statement, whether they are still valid and what their members may do now.

Each request authenticates its own token (``authentication``); this is for subscriptions, of which a process may have thousands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from models import Member, Organisation
from models.rows import columns, row
from services.kernel.sql import StatementBuilder
from services.viewer import NO_SESSION, Viewer

SessionKey: TypeAlias = tuple[str, datetime]
"""The id of a session, as text, which is quicker to hash, and when the access token that names it expires."""

_EXPIRED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CurrentMember:
    """A member who has a valid session, as they are now, with their organisation."""

    member: Member
    organisation: Organisation

    def viewer(self, session: SessionKey | None) -> Viewer:
        """Return the viewer of one of the member's sessions; None: of none, so that what it sees may be for all."""
        if session is None:
            return Viewer(self.member, self.organisation, NO_SESSION, _EXPIRED)
        session_id, expires_at = session
        return Viewer(self.member, self.organisation, UUID(session_id), expires_at)


def session_key(viewer: Viewer) -> SessionKey:
    """Return the key of a viewer's session and token."""
    return str(viewer.session_id), viewer.expires_at


async def find_valid(sessions: Sequence[SessionKey]) -> Mapping[SessionKey, CurrentMember]:
    """Return those of the sessions that are valid, with their members."""
    statement = StatementBuilder()
    return _current_members(sessions, await statement.fetch(_select_current_members(sessions, statement)))


async def fetch_with_valid(
    select: str, order_by: str, statement: StatementBuilder, sessions: Sequence[SessionKey]
) -> tuple[list[Mapping[str, Any]], dict[SessionKey, CurrentMember]]:
    """Return the rows of a SELECT, and those of the sessions that are valid with their members, by one statement.

    ``order_by`` is an order of the SELECT's rows, which are named ``event`` there.
    """
    # A row of the result has either an event or a member.
    records = await statement.fetch(f"""
    SELECT event.*, valid.* FROM ({select}) event
        FULL JOIN ({_select_current_members(sessions, statement)}) valid ON false ORDER BY {order_by}
    """)
    members = _current_members(sessions, [record for record in records if record["sessions"] is not None])
    return [record for record in records if record["sessions"] is None], members


def _select_current_members(sessions: Sequence[SessionKey], statement: StatementBuilder) -> str:
    """Return a SELECT of the members whose sessions are valid, with the numbers of their sessions in ``sessions``.

    A member's row is selected once, however many sessions it has. Sessions in which a second factor must be added first
    (``Viewer.must_add_factor``) are left out: nothing is sent to them.
    """
    ids = statement.bind_array([session_id for session_id, _ in sessions], "uuid")
    expiries = statement.bind_array([expires.timestamp() for _, expires in sessions], "float8")
    # The LIMIT makes it a lookup by key for any number of sessions, which the planner does not know.
    return f"""
    SELECT array_agg(asked.number) AS sessions, {columns(Member, "m")}, {columns(Organisation, "o")}
    FROM unnest({ids}, {expiries}) WITH ORDINALITY AS asked (id, expires, number)
    CROSS JOIN LATERAL (
        SELECT member_id, second_factor FROM session WHERE id = asked.id AND ended_at IS NULL AND expires_at > now() LIMIT 1
    ) s
    JOIN member m ON m.id = s.member_id JOIN organisation o ON o.id = m.organisation_id
    WHERE m.active AND to_timestamp(asked.expires) > now()
        AND (s.second_factor OR NOT (o.factor_required OR o.factor_required_roles && m.roles))
    GROUP BY m.id, o.id
    """


def _current_members(
    sessions: Sequence[SessionKey], records: Iterable[Mapping[str, Any]]
) -> dict[SessionKey, CurrentMember]:
    """Return the member of each session that is valid; ``records`` are those of ``_select_current_members``."""
    members: dict[SessionKey, CurrentMember] = {}
    for record in records:
        member, organisation = row(Member, "m", record), row(Organisation, "o", record)
        assert member is not None
        assert organisation is not None
        current = CurrentMember(member, organisation)
        members |= {sessions[number - 1]: current for number in record["sessions"]}
    return members
