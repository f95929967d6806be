"""Asking of many sessions at once, in one statement, whether they are still valid and what their members may do now.

Each request authenticates its own token (``sessions``); this is for subscriptions, of which a process may have thousands.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from models import Member, Organisation
from models.rows import columns, row
from services.viewer import Viewer

SessionKey: TypeAlias = tuple[UUID, datetime]
"""A session, and when the access token that names it expires."""


def session_key(viewer: Viewer) -> SessionKey:
    """Return the key of a viewer's session and token."""
    return viewer.session_id, viewer.expires_at


@cache
def select_current_members(first: int) -> str:
    """Return a SELECT of the members whose sessions are valid, with the numbers of their sessions in ``sessions``.

    The parameters ``$first`` and the next are those of ``session_parameters``. A member's row is selected once, however
    many sessions it has.
    """
    return f"""
    SELECT array_agg(asked.number) AS sessions, {columns(Member, "m")}, {columns(Organisation, "o")}
    FROM unnest(${first}::uuid[], ${first + 1}::float8[]) WITH ORDINALITY AS asked (id, expires, number)
    JOIN session s ON s.id = asked.id JOIN member m ON m.id = s.member_id JOIN organisation o ON o.id = m.organisation_id
    WHERE s.ended_at IS NULL AND s.expires_at > now() AND m.active AND to_timestamp(asked.expires) > now()
    GROUP BY m.id, o.id
    """


def session_parameters(sessions: Sequence[SessionKey]) -> tuple[list[UUID], list[float]]:
    """Return the two parameters of ``select_current_members``."""
    return [session_id for session_id, _ in sessions], [expires.timestamp() for _, expires in sessions]


def current_viewers(sessions: Sequence[SessionKey], records: Iterable[Mapping[str, Any]]) -> dict[SessionKey, Viewer]:
    """Return the viewers of the sessions that are valid, with the current roles of their members.

    ``records`` are those of ``select_current_members``. The viewers of one member share the member's row.
    """
    viewers: dict[SessionKey, Viewer] = {}
    for record in records:
        member, organisation = row(Member, "m", record), row(Organisation, "o", record)
        assert member is not None
        assert organisation is not None
        for number in record["sessions"]:
            session_id, expires_at = sessions[number - 1]
            viewers[session_id, expires_at] = Viewer(member, organisation, session_id, expires_at)
    return viewers
