"""Add idempotency keys to the events of trackers, for changes that clients repeat."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrations import _migration


class Migration(_migration.Migration):
    dependencies = [("models", "0008_names")]

    operations = [
        ops.AddField(
            model_name="TrackerEvent", name="idempotency_key", field=fields.CharField(null=True, max_length=200)
        ),
        ops.AddField(
            model_name="TrackerEvent", name="idempotency_digest", field=fields.CharField(null=True, max_length=64)
        ),
        # Partial, because hardly any event has a key.
        ops.RunSQL(
            "CREATE UNIQUE INDEX tracker_event_key ON tracker_event (actor_id, idempotency_key) "
            "WHERE idempotency_key IS NOT NULL",
            "DROP INDEX tracker_event_key",
        ),
    ]
