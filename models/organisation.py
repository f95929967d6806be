"""Organisations (training providers), their counters, and their process automation settings."""

from uuid import UUID

from tortoise import Model, fields
from tortoise.contrib.postgres.fields import ArrayField

from models.base import Row


class Organisation(Row):
    """A training provider, the tenant that owns members, learners and trackers."""

    name = fields.CharField(max_length=200, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    types_version = fields.IntField(default=0, db_default=0)
    """Grows with every change of the tracker types that the organisation has; triggers count it."""
    factor_required = fields.BooleanField(default=False, db_default=False)
    """Whether every member must have a second factor."""
    factor_required_roles = ArrayField(element_type="text", default=list, db_default=[])
    """The roles whose holders must have a second factor."""
    form_fields = fields.IntField(default=0, db_default=0)
    form_choices = fields.IntField(default=0, db_default=0)
    """The most fields, and the most choices, that a form of the organisation's own has or had; a trigger keeps them."""

    class Meta:
        table = "organisation"
        # The comment of the table in released databases.
        table_description = "A training provider that keeps its trackers here."


class OrganisationCounter(Model):
    """The number of an organisation's newest tracker.

    The counter has its own table, because incrementing it in a row that foreign keys reference would cause deadlocks.
    """

    organisation_id = fields.UUIDField(primary_key=True)
    trackers = fields.IntField(default=0)
    newest_at = fields.DatetimeField(null=True)
    """The creation time of the newest tracker. Times never decrease as numbers grow, so lists are sorted by number."""

    class Meta:
        table = "organisation_counter"


class ProcessAutomation(Row):
    """An organisation's settings for one of the built-in process automations."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="process_automations", on_delete=fields.CASCADE
    )
    organisation_id: UUID
    key = fields.CharField(max_length=40)
    enabled = fields.BooleanField(default=False)
    four_eyes = fields.BooleanField(default=False)

    class Meta:
        table = "process_automation"
        # The comment of the table in released databases.
        table_description = "Whether an organisation uses one of the built-in process automations, and how."
        unique_together = (("organisation_id", "key"),)
