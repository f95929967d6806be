"""Tracker types and their versioned definitions."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.base import Row, json_field
from models.organisation import Organisation


class TrackerCategory(StrEnum):
    """The categories of tracker types."""

    EMPLOYABILITY = "EMPLOYABILITY"
    FUNDED = "FUNDED"
    CUSTOM = "CUSTOM"
    PROCESS_AUTOMATION = "PROCESS_AUTOMATION"


class TrackerType(Row):
    """A type of tracker: built in (``organisation`` is null) or custom."""

    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="tracker_types", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: UUID | None
    key = fields.CharField(max_length=40)
    name = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    category = fields.CharEnumField(TrackerCategory, max_length=20)
    version = fields.IntField(default=1)
    archived = fields.BooleanField(default=False)
    position = fields.IntField(default=0, description="the order in lists")

    class Meta:
        table = "tracker_type"
        # The comment of the table in released databases.
        table_description = "A kind of tracker: built in (no organisation) or an organisation's own."
        unique_together = (("organisation_id", "key"),)


class TrackerTypeVersion(Row):
    """An immutable version of a tracker type's definition."""

    type: fields.ForeignKeyRelation[TrackerType] = fields.ForeignKeyField(
        "models.TrackerType", related_name="versions", on_delete=fields.RESTRICT
    )
    type_id: UUID
    version = fields.IntField()
    definition: Any = json_field()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "tracker_type_version"
        # The comment of the table in released databases.
        table_description = "One version of a type's definition; never changed once written."
        unique_together = (("type_id", "version"),)
