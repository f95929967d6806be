"""Errors that imports have found in learners' records, and the trackers about them."""

from uuid import UUID

from tortoise import fields

from models.base import Row, json_field
from models.learner import Learner
from models.organisation import Organisation
from models.tracker import Tracker


class ImportedError(Row):
    """An error of a learner, which is the same one in every return: its rule, the ILR's element, and the learning aim.

    ``aim`` identifies the learning aim independently of its position, and is empty for an error of the learner.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="imported_errors", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    learner: fields.ForeignKeyRelation[Learner] = fields.ForeignKeyField(
        "models.Learner", related_name="imported_errors", on_delete=fields.CASCADE
    )
    learner_id: UUID
    rule = fields.CharField(max_length=60)
    """The rule that is broken; empty if none is published."""
    element = fields.CharField(max_length=60)
    aim = fields.CharField(max_length=60)
    tracker: fields.ForeignKeyNullableRelation[Tracker] = fields.ForeignKeyField(
        "models.Tracker", related_name="imported_errors", null=True, on_delete=fields.RESTRICT
    )
    tracker_id: UUID | None
    """The newest tracker about the error; null only until the import that has found it opens one."""
    details = json_field(null=True)
    """What the tracker is to be opened with; null once it has been opened."""
    is_wrong = fields.BooleanField()
    """False if the newest import of the learner did not find the error any more."""
    changed_at = fields.DatetimeField()
    """The start of the import that has found the error, found it again, or found it gone."""

    class Meta:
        table = "imported_error"
        table_description = "An error that imports found in a learner's record, and the tracker about it."
        unique_together = (("learner_id", "rule", "element", "aim"),)
        indexes = (("organisation_id", "changed_at", "id"),)
