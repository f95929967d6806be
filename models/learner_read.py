"""Who has read which learner's record: one row for each member, learner and day."""

from uuid import UUID

from tortoise import fields

from models.base import Row
from models.learner import Learner
from models.member import Member
from models.organisation import Organisation


class LearnerRead(Row):
    """A member has read a learner's record on a day, for the first time at ``at``.

    Triggers in the database reject updates, and the deletion of rows that must still be kept.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="learner_reads", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="learner_reads", on_delete=fields.RESTRICT
    )
    member_id: UUID
    # Without a constraint, so that the evidence outlives the learner.
    learner: fields.ForeignKeyRelation[Learner] = fields.ForeignKeyField(
        "models.Learner", related_name="reads", db_constraint=False, on_delete=fields.NO_ACTION
    )
    learner_id: UUID
    day = fields.DateField(description="in Europe/London")
    at = fields.DatetimeField(description="when it was first noted on this day")

    class Meta:
        table = "learner_read"
        table_description = "A member has read a learner's record on a day."
        unique_together = (("learner_id", "member_id", "day"),)
        indexes = (("organisation_id", "at", "id"), ("member_id", "at", "id"))
