"""Authenticating requests by their access tokens.

A token is valid for ten minutes and names its session, which is read from the database for each request, so that signing
out, deactivation and changed roles take effect immediately.
"""

from functools import cache
from uuid import UUID

from models import Member, Organisation
from models.database import fetch
from models.rows import columns, row
from services.accounts.sessions.access_tokens import read_access_token
from services.installation import Installation
from services.viewer import RECENT_SIGN_IN_MINUTES, Viewer


@cache
def _select_viewer() -> str:
    return f"""
    SELECT {columns(Member, "m")}, {columns(Organisation, "o")}, to_timestamp($2) AS expires_at, s.second_factor,
        coalesce(s.authenticated_at, s.created_at) > now() - interval '{RECENT_SIGN_IN_MINUTES} minutes' AS is_recent
    FROM session s JOIN member m ON m.id = s.member_id JOIN organisation o ON o.id = m.organisation_id
    WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active AND to_timestamp($2) > now()
    """


async def authenticate(installation: Installation, authorization: str | None) -> Viewer | None:
    """Return the viewer of an ``Authorization: Bearer …`` header; None if the token or its session is not valid."""
    token = read_access_token(installation, authorization)
    return None if token is None else await viewer_of_session(token.session_id, expires=token.expires)


async def viewer_of_session(session_id: UUID, *, expires: float) -> Viewer | None:
    """Return the viewer of a session, or None if the session has ended or the member is inactive.

    ``expires`` is the expiry time of the access token in seconds since the epoch; an expired token yields None too.
    """
    records = await fetch(_select_viewer(), session_id, expires)
    if not records:
        return None
    member, organisation = row(Member, "m", records[0]), row(Organisation, "o", records[0])
    assert member is not None
    assert organisation is not None
    return Viewer(
        member,
        organisation,
        session_id,
        records[0]["expires_at"],
        signed_in_recently=records[0]["is_recent"],
        second_factor=records[0]["second_factor"],
    )
