"""The audit log: who changed the settings, members and tracker types of an organisation, and how."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from models import AuditEntry, AuditKind
from models.base import dump_json, new_id
from models.database import fetch
from services.kernel.sql import NamedParameterStatement
from services.viewer import Viewer

_INSERT_FAILED_SIGN_IN = NamedParameterStatement("""
INSERT INTO audit_entry (id, organisation_id, at, actor_id, kind, subject_id, details)
SELECT :id, organisation_id, now(), NULL, :kind, id, :details::jsonb FROM member WHERE email = :email
""")


async def audit(viewer: Viewer, kind: AuditKind, subject_id: UUID | None, details: Mapping[str, Any]) -> None:
    """Add an audit entry for a change by the viewer, in the caller's transaction.

    ``details`` holds the old and new values, without passwords, tokens or learners' data.
    """
    await audit_for(viewer.organisation_id, viewer.member_id, kind, subject_id, details)


async def audit_for(
    organisation_id: UUID, actor_id: UUID | None, kind: AuditKind, subject_id: UUID | None, details: Mapping[str, Any]
) -> None:
    """Add an audit entry for an actor who is not signed in: the operator (None), or a member setting a password."""
    now = (await fetch("SELECT now() AS now"))[0]["now"]
    await AuditEntry.create(
        organisation_id=organisation_id,
        at=now,
        actor_id=actor_id,
        kind=kind,
        subject_id=subject_id,
        details=dict(details),
    )


async def audit_failed_sign_in(email: str, details: Mapping[str, Any]) -> None:
    """Add an audit entry for a failed sign-in to the organisation of the member with an address, if there is one.

    The same statement runs for any address, so that the time that it takes does not tell them apart.
    """
    await _INSERT_FAILED_SIGN_IN.fetch(
        id=new_id(), email=email, kind=AuditKind.SIGN_IN_FAILED, details=dump_json(dict(details))
    )
