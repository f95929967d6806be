"""Comments on trackers."""

from uuid import UUID

from tortoise import fields

from models.base import Row
from models.member import Member
from models.organisation import Organisation
from models.tracker import Tracker


class Comment(Row):
    """A comment on a tracker."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="comments", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    tracker: fields.ForeignKeyRelation[Tracker] = fields.ForeignKeyField(
        "models.Tracker", related_name="comments", on_delete=fields.RESTRICT
    )
    tracker_id: UUID
    author: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="comments", on_delete=fields.RESTRICT
    )
    author_id: UUID
    text = fields.TextField()
    created_at = fields.DatetimeField()
    idempotency_key = fields.CharField(max_length=200, null=True)
    idempotency_digest = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "comment"
        table_description = "A remark on a tracker."  # as in released databases
        unique_together = (("author_id", "idempotency_key"),)
        indexes = (("tracker_id", "created_at", "id"),)
