"""Add a partial index of approved automations that could not be applied, which every metrics scrape counts."""

from tortoise.migrations import operations as ops

from models.migrations import _migration


class Migration(_migration.Migration):
    dependencies = [("models", "0006_finding")]

    operations = [
        ops.RunSQL(
            "CREATE INDEX tracker_failed ON tracker (id) WHERE status = 'APPROVED' AND applies_on IS NULL",
            "DROP INDEX tracker_failed",
        ),
    ]
