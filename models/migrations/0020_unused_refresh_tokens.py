"""Index the unused refresh tokens of each session, all of which count as used when one of them is."""

from tortoise.migrations import operations as ops

from models.migrations import _migration


class Migration(_migration.Migration):
    dependencies = [("models", "0019_form_sizes")]

    operations = [
        ops.RunSQL(
            "CREATE INDEX refresh_token_unused ON refresh_token (session_id) WHERE used_at IS NULL",
            "DROP INDEX refresh_token_unused",
        ),
    ]
