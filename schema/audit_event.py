"""GraphQL types for audit events, and for who has read which learner's record."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import strawberry

import models
from schema.context import Info
from schema.declaration.fields import edge, resolved_field
from schema.declaration.relay import NODE_ID_DESCRIPTION, Node
from schema.enums import AuditKind
from schema.learner import Learner
from schema.member import Member
from schema.reading.selection import selected_row
from services.audit_trail.details import AuditDetail as Detail
from services.audit_trail.details import describe_details
from services.kernel.global_ids import to_global_id

_OBJECT_TYPES: Mapping[models.AuditKind, str] = MappingProxyType(
    {
        models.AuditKind.AUTOMATION_UPDATED: "ProcessAutomation",
        models.AuditKind.FACTOR_REQUIREMENT_UPDATED: "Organisation",
        models.AuditKind.SIGN_ON_CHANGED: "Organisation",
        models.AuditKind.EMPLOYER_CREATED: "Employer",
        models.AuditKind.EMPLOYER_UPDATED: "Employer",
        models.AuditKind.SIGN_ON_CHANGED: "Organisation",
        models.AuditKind.TYPE_CREATED: "TrackerType",
        models.AuditKind.TYPE_UPDATED: "TrackerType",
    }
)
"""The types of what was changed; all other kinds of events are about a member."""
_MODELS: Mapping[str, Any] = MappingProxyType(
    {"Employer": models.Employer, "Member": models.Member, "Organisation": models.Organisation}
)

Row = strawberry.Parent[models.AuditEntry]


@strawberry.type(description="One line of what an audit event says.")
class AuditDetail:
    """GraphQL type for a detail of an audit event."""

    name: str = strawberry.field(description="What it is.")
    before: str | None = strawberry.field(description="The value before; null unless the event changed one.")
    after: str | None = strawberry.field(description="The value, or the one that it was changed to.")


def _id(root: Row) -> strawberry.ID:
    return strawberry.ID(to_global_id("AuditEvent", root.id))


def _object_id(root: Row) -> strawberry.ID | None:
    return strawberry.ID(to_global_id(_object_type(root), root.subject_id)) if root.subject_id else None


def _object(root: Row, info: Info) -> Any:
    if root.subject_id is None:
        return None
    loaders, name = info.context.loaders, _object_type(root)
    if name == "TrackerType":
        return loaders.tracker_types.load(root.subject_id)
    if name == "ProcessAutomation":
        return loaders.automation_settings.load(root.subject_id)
    return loaders.rows(selected_row(info, _MODELS[name])).load(root.subject_id)


def _object_type(root: models.AuditEntry) -> str:
    return _OBJECT_TYPES.get(root.kind, "Member")


def _details(root: Row) -> list[Detail]:
    return describe_details(root.details)


@strawberry.type(description="Something that was done in the organisation and is kept: who did what to what, and when.")
class AuditEvent(Node):
    """GraphQL type for an entry of the audit log."""

    model = models.AuditEntry

    id: strawberry.ID = resolved_field(_id, NODE_ID_DESCRIPTION, needs=("id",))
    at: dt.datetime = strawberry.field(description="When.")
    kind: AuditKind = strawberry.field(description="What was done.")
    actor: Member | None = edge("actor", "Who did it; null: the operator, the system, or somebody not signed in.")
    object_id: strawberry.ID | None = resolved_field(
        _object_id, "The id of what it was done to; null: to nothing in particular.", needs=("kind", "subject_id")
    )
    object: Node | None = resolved_field(
        _object, "What it was done to; null too if that is not there any more.", needs=("kind", "subject_id")
    )
    details: list[AuditDetail] = resolved_field(
        _details, "The values, or of a change those that it changed.", needs=("details",)
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a row of the audit log."""
        return type(value).__name__ == models.AuditEntry.__name__


@strawberry.type(description="A member has read a learner's record on a day.")
class LearnerRead(Node):
    """GraphQL type for a read of a learner's record."""

    model = models.LearnerRead

    member: Member = edge("member", "Who.")
    learner: Learner | None = edge("learner", "Whose record; null if it is not there any more, or not to be seen.")
    day: dt.date = strawberry.field(description="The day in Europe/London.")
    at: dt.datetime = strawberry.field(description="When the first read of that day was noted, to within some seconds.")
