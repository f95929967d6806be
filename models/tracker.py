"""Trackers and the events of their history."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.base import Row, json_field
from models.learner import Learner
from models.member import Member
from models.organisation import Organisation
from models.tracker_type import TrackerType, TrackerTypeVersion


class TrackerStatus(StrEnum):
    """The statuses of a tracker."""

    NEW = "NEW"
    APPROVED = "APPROVED"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"


class TrackerEventKind(StrEnum):
    """The kinds of events in a tracker's history."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    ASSIGNED = "ASSIGNED"
    STATUS_CHANGED = "STATUS_CHANGED"
    COMMENTED = "COMMENTED"
    APPLIED = "APPLIED"
    APPLY_FAILED = "APPLY_FAILED"


class Tracker(Row):
    """A case about a learner, opened by a member or by the system.

    Models cannot express the indexes that lists are read from, and the generated columns ``words`` (the description as it
    is searched) and ``due_order`` (the due date, or infinity): see the migration ``0011_plain_indexes``.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="trackers", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    number = fields.IntField()
    type: fields.ForeignKeyRelation[TrackerType] = fields.ForeignKeyField(
        "models.TrackerType", related_name="trackers", on_delete=fields.RESTRICT
    )
    type_id: UUID
    type_version: fields.ForeignKeyRelation[TrackerTypeVersion] = fields.ForeignKeyField(
        "models.TrackerTypeVersion", related_name="trackers", on_delete=fields.RESTRICT
    )
    type_version_id: UUID
    learner: fields.ForeignKeyRelation[Learner] = fields.ForeignKeyField(
        "models.Learner", related_name="trackers", on_delete=fields.RESTRICT
    )
    learner_id: UUID
    assignee: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="assigned_trackers", null=True, on_delete=fields.RESTRICT
    )
    assignee_id: UUID | None
    created_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="created_trackers", null=True, on_delete=fields.RESTRICT
    )
    created_by_id: UUID | None
    status = fields.CharEnumField(TrackerStatus, max_length=20, default=TrackerStatus.NEW)
    description = fields.TextField(default="")
    due_date = fields.DateField(null=True)
    values: Any = json_field(default=dict)
    values_changed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="valued_trackers", null=True, on_delete=fields.RESTRICT
    )
    values_changed_by_id: UUID | None
    record_before: Any = json_field(null=True)
    """Process automations only: a snapshot of the record fields to change, taken when the values were last edited."""
    version = fields.IntField(default=1)
    applies_on = fields.DateField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    idempotency_key = fields.CharField(max_length=200, null=True)
    idempotency_digest = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "tracker"
        table_description = "A case that a member opened about a learner."  # as in released databases
        unique_together = (("organisation_id", "number"), ("created_by_id", "idempotency_key"))
        indexes = (("organisation_id", "created_at", "number"),)


class TrackerEvent(Row):
    """An event in a tracker's history."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="tracker_events", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    tracker: fields.ForeignKeyRelation[Tracker] = fields.ForeignKeyField(
        "models.Tracker", related_name="history", on_delete=fields.RESTRICT
    )
    tracker_id: UUID
    kind = fields.CharEnumField(TrackerEventKind, max_length=20)
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="tracker_events", null=True, on_delete=fields.RESTRICT
    )
    actor_id: UUID | None
    at = fields.DatetimeField()
    version = fields.IntField()
    comment = fields.TextField(null=True)
    changes: Any = json_field(default=list)
    idempotency_key = fields.CharField(max_length=200, null=True)
    """The actor's key, if the change was made with one; unique among the actor's events."""
    idempotency_digest = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "tracker_event"
        table_description = "One entry of a tracker's history."  # as in released databases
        indexes = (("tracker_id", "at", "id"),)
