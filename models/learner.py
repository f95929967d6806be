"""Learners and their learning aims, programmes, employers and groups.

Unique indexes on ``name_key(name)``, which models cannot express, keep two names of an organisation's programmes,
employers or groups from differing by case alone.
"""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields

from models.base import Row
from models.member import Member
from models.organisation import Organisation


class ProgrammeStatus(StrEnum):
    """The statuses of a learner on their programme."""

    ONBOARDING = "ONBOARDING"
    READY_TO_ENROL = "READY_TO_ENROL"
    ACTIVE = "ACTIVE"
    ON_A_BREAK = "ON_A_BREAK"
    ENTERED_EPA = "ENTERED_EPA"
    PENDING_CHANGE = "PENDING_CHANGE"
    COMPLETE = "COMPLETE"
    WITHDRAWN = "WITHDRAWN"


class Programme(Row):
    """A programme that the training provider offers.

    An ILR import creates one for each combination of ProgType and StdCode or FworkCode.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="programmes", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=200)

    class Meta:
        table = "programme"
        # The comment of the table in released databases.
        table_description = "A programme of the provider; from an ILR one per ProgType and StdCode or FworkCode."


class Employer(Row):
    """An employer. Trackers that record proof of a job accept confirmed employers only."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="employers", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=200)
    employer_id = fields.CharField(max_length=9, null=True, description="the ILR's EmpId")
    confirmed = fields.BooleanField(default=False)

    class Meta:
        table = "employer"
        # The comment of the table in released databases.
        table_description = "An employer; trackers that prove a job take confirmed ones only."
        unique_together = (("organisation_id", "employer_id"),)


class Group(Row):
    """A group of learners. A learner can be in several groups."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="groups", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=200)

    class Meta:
        table = "learner_group"
        table_description = "A group that learners are filed under."  # as in released databases


class NameMerge(Model):
    """An employer, programme or group that an upgrade merged into another of the same name, or had to rename.

    ``new_id`` is the row that remains, and is equal to ``old_id`` if the row was renamed.
    """

    old_id = fields.UUIDField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="name_merges", on_delete=fields.CASCADE
    )
    organisation_id: UUID
    new_id = fields.UUIDField()
    kind = fields.CharField(max_length=20, description="the table")
    old_name = fields.CharField(max_length=200)
    new_name = fields.CharField(max_length=200)

    class Meta:
        table = "name_merge"


class Learner(Row):
    """A learner's record: personal details, programme, employer and tutor.

    Models cannot express the partial indexes that lists are read from, and the generated columns ``words`` (the name as it is searched),
    ``name_order`` and ``family_order`` (the name as lists are ordered by it): see the migration ``0011_plain_indexes``.
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="learners", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    reference = fields.CharField(max_length=12, null=True, description="the ILR's LearnRefNumber")
    uln = fields.CharField(max_length=10, null=True)
    title = fields.CharField(max_length=20, null=True)
    given_names = fields.CharField(max_length=100)
    family_name = fields.CharField(max_length=100)
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="learners", null=True, on_delete=fields.RESTRICT
    )
    programme_id: UUID | None
    sub_programme = fields.CharField(max_length=200, null=True)
    programme_status = fields.CharEnumField(ProgrammeStatus, max_length=20)
    employer: fields.ForeignKeyNullableRelation[Employer] = fields.ForeignKeyField(
        "models.Employer", related_name="learners", null=True, on_delete=fields.RESTRICT
    )
    employer_id: UUID | None
    job_title = fields.CharField(max_length=120, null=True)
    weekly_hours = fields.DecimalField(max_digits=5, decimal_places=2, null=True)
    workplace_postcode = fields.CharField(max_length=8, null=True)
    address_line1 = fields.CharField(max_length=50, null=True)
    address_line2 = fields.CharField(max_length=50, null=True)
    address_line3 = fields.CharField(max_length=50, null=True)
    address_line4 = fields.CharField(max_length=50, null=True)
    postcode = fields.CharField(max_length=8, null=True)
    tutor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="learners", null=True, on_delete=fields.RESTRICT
    )
    tutor_id: UUID | None
    groups: fields.ManyToManyRelation[Group] = fields.ManyToManyField(
        "models.Group", related_name="learners", through="learner_in_group", on_delete=fields.CASCADE
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    imported_at = fields.DatetimeField(null=True)
    changed_at = fields.DatetimeField(null=True, description="when an approved automation last changed the record")

    class Meta:
        table = "learner"
        # The comment of the table in released databases.
        table_description = "A person on a programme, as the provider's record has them."
        unique_together = (("organisation_id", "reference"),)


class LearningAim(Row):
    """A learning aim: a learning delivery of the ILR, with the codes that the ILR defines."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="learning_aims", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    learner: fields.ForeignKeyRelation[Learner] = fields.ForeignKeyField(
        "models.Learner", related_name="learning_aims", on_delete=fields.CASCADE
    )
    learner_id: UUID
    sequence = fields.IntField(description="the order in the return: the ILR's AimSeqNumber")
    reference = fields.CharField(max_length=8)
    software_aim_id = fields.CharField(max_length=36, null=True, description="the ILR's SWSupAimId")
    aim_type = fields.IntField()
    fund_model = fields.IntField(null=True)
    programme_type = fields.IntField(null=True)
    standard_code = fields.IntField(null=True)
    framework_code = fields.IntField(null=True)
    pathway_code = fields.IntField(null=True)
    start_date = fields.DateField()
    original_start_date = fields.DateField(null=True)
    planned_end_date = fields.DateField(null=True)
    actual_end_date = fields.DateField(null=True)
    completion_status = fields.IntField()
    outcome = fields.IntField(null=True)
    withdraw_reason = fields.IntField(null=True)
    restart = fields.BooleanField(default=False)
    actual_hours = fields.IntField(null=True)
    achievement_date = fields.DateField(null=True)
    learning_support_from = fields.DateField(null=True)
    learning_support_to = fields.DateField(null=True)

    class Meta:
        table = "learning_aim"
        # The comment of the table in released databases.
        table_description = "A learning delivery of the ILR. Codes are the ILR's own."
        indexes = (("learner_id", "start_date", "sequence"),)
