"""Add the errors that imports find in learners' records, with the trackers about them."""

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration


class Migration(_migration.Migration):
    dependencies = [("models", "0009_update_keys")]

    operations = [
        ops.CreateModel(
            name="ImportedError",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="imported_errors",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "learner",
                    fields.ForeignKeyField(
                        "models.Learner",
                        source_field="learner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="imported_errors",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("rule", fields.CharField(max_length=60)),
                ("element", fields.CharField(max_length=60)),
                ("aim", fields.CharField(max_length=60)),
                (
                    "tracker",
                    fields.ForeignKeyField(
                        "models.Tracker",
                        source_field="tracker_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="imported_errors",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("details", fields.JSONField(null=True)),
                ("is_wrong", fields.BooleanField()),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "imported_error",
                "app": "models",
                "unique_together": (("learner_id", "rule", "element", "aim"),),
                "indexes": [Index(fields=["organisation_id", "changed_at", "id"])],
                "pk_attr": "id",
                "table_description": "An error that imports found in a learner's record, and the tracker about it.",
            },
            bases=["Row"],
        ),
    ]
