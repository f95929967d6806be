"""The append-only audit log: changes to an organisation's settings and members, and imports."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.base import Row, json_field
from models.member import Member
from models.organisation import Organisation


class AuditKind(StrEnum):
    """The kinds of audit log entries."""

    MEMBER_CREATED = "MEMBER_CREATED"
    MEMBER_UPDATED = "MEMBER_UPDATED"
    MEMBER_DUPLICATE = "MEMBER_DUPLICATE"
    PASSWORD_SET = "PASSWORD_SET"  # noqa: S105 - a kind of event
    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SESSIONS_ENDED = "SESSIONS_ENDED"
    FACTOR_ADDED = "FACTOR_ADDED"
    FACTOR_REMOVED = "FACTOR_REMOVED"
    FACTOR_REQUIREMENT_UPDATED = "FACTOR_REQUIREMENT_UPDATED"
    RECOVERY_CODES_RENEWED = "RECOVERY_CODES_RENEWED"
    TYPE_CREATED = "TYPE_CREATED"
    TYPE_UPDATED = "TYPE_UPDATED"
    AUTOMATION_UPDATED = "AUTOMATION_UPDATED"
    EMPLOYER_CREATED = "EMPLOYER_CREATED"
    EMPLOYER_UPDATED = "EMPLOYER_UPDATED"
    IMPORTED = "IMPORTED"
    SIGN_ON_CHANGED = "SIGN_ON_CHANGED"
    SIGN_ON_BOUND = "SIGN_ON_BOUND"


class AuditEntry(Row):
    """An audit log entry: who changed what and when, with the values before and after.

    A trigger in the database rejects updates and deletions.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="audit", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    at = fields.DatetimeField()
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="audit", null=True, on_delete=fields.RESTRICT
    )
    actor_id: UUID | None
    kind = fields.CharEnumField(AuditKind, max_length=30, description="what was done")
    subject_id: UUID | None = fields.UUIDField(null=True, description="the row that was changed")
    details: Any = json_field(default=dict)

    class Meta:
        table = "audit_entry"
        # The comment of the table in released databases.
        table_description = "One change: who, when, what, and what it was before and after. The database refuses to change or delete it."
        indexes = (
            ("organisation_id", "at", "id"),
            ("organisation_id", "actor_id", "at", "id"),
            ("organisation_id", "kind", "at", "id"),
            ("organisation_id", "subject_id", "at", "id"),
        )
