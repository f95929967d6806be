"""Organisations: the training providers that everything else belongs to."""

from uuid import UUID

from tortoise import Model, fields

from models.base import Row


class Organisation(Row):
    """A training provider that keeps its trackers here."""

    name = fields.CharField(max_length=200, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "organisation"


class OrganisationCounter(Model):
    """The number of an organisation's newest tracker.

    In a narrow table of its own, because a row that foreign keys point to deadlocks when it is counted on.
    """

    organisation_id = fields.UUIDField(primary_key=True)
    trackers = fields.IntField(default=0)
    newest_at = fields.DatetimeField(null=True)
    """When the newest tracker was opened. Times never go back as numbers grow, so newest first is ordered by number."""

    class Meta:
        table = "organisation_counter"


class ProcessAutomation(Row):
    """Whether an organisation uses one of the built-in process automations, and how."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="process_automations", on_delete=fields.CASCADE
    )
    organisation_id: UUID
    key = fields.CharField(max_length=40)
    enabled = fields.BooleanField(default=False)
    four_eyes = fields.BooleanField(default=False)

    class Meta:
        table = "process_automation"
        unique_together = (("organisation_id", "key"),)
