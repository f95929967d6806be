"""Metadata of uploaded files. The content is in the file store."""

from uuid import UUID

from tortoise import fields

from models.base import Row
from models.member import Member
from models.organisation import Organisation
from models.tracker import Tracker


class StoredFile(Row):
    """A file uploaded for a field of a tracker type. ``tracker`` is set when the file is attached to a tracker."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="files", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    uploader: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="uploads", on_delete=fields.RESTRICT
    )
    uploader_id: UUID
    type_key = fields.CharField(max_length=40)
    field_key = fields.CharField(max_length=40)
    name = fields.CharField(max_length=255, description="as its uploader called it")
    media_type = fields.CharField(max_length=100, description="what its bytes show it to be")
    bytes = fields.BigIntField(description="of an upload under way: as many as it may take")
    complete = fields.BooleanField(default=False)
    """Whether the upload has finished. Only a complete file can be attached to a tracker."""
    tracker: fields.ForeignKeyNullableRelation[Tracker] = fields.ForeignKeyField(
        "models.Tracker", related_name="files", null=True, on_delete=fields.RESTRICT
    )
    tracker_id: UUID | None
    created_at = fields.DatetimeField()

    class Meta:
        table = "stored_file"
        # The comment of the table in released databases.
        table_description = (
            "A file that was uploaded for one field of one type; ``tracker`` is set once it is attached."
        )
        indexes = (("tracker_id",), ("uploader_id", "created_at"))
