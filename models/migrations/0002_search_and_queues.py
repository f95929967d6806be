"""Add the constraints and indexes that Tortoise models cannot express.

These are the foreign keys of counters, the indexes for search, the mail queue and unread notifications, and the unique
keys of built-in tracker types.
"""

from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


def _foreign_key(table: str, column: str, to: str) -> ops.RunSQL:
    name = f"{table}_of_{to}"
    return ops.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {to} (id) ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def _index(name: str, definition: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE INDEX {name} ON {definition}", f"DROP INDEX {name}")


class Migration(_migration.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [
        ops.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public", "SELECT 1"),
        ops.RunSQL("CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public", "SELECT 1"),
        ops.RunSQL(read_sql("0002/fold"), "DROP FUNCTION fold"),
        _foreign_key("inbox", "member_id", "member"),
        _foreign_key("organisation_counter", "organisation_id", "organisation"),
        _index("learner_search", "learner USING gin (fold(given_names || ' ' || family_name) gin_trgm_ops)"),
        _index("member_search", "member USING gin (fold(name) gin_trgm_ops)"),
        _index("employer_search", "employer USING gin (fold(name) gin_trgm_ops)"),
        _index("programme_search", "programme USING gin (fold(name) gin_trgm_ops)"),
        _index("mail_queue", "mail (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL"),
        _index("mail_given_up", "mail (given_up_at) WHERE given_up_at IS NOT NULL"),
        _index("notification_unread", "notification (recipient_id) WHERE read_at IS NULL"),
        ops.RunSQL(
            "CREATE UNIQUE INDEX tracker_type_built_in ON tracker_type (key) WHERE organisation_id IS NULL",
            "DROP INDEX tracker_type_built_in",
        ),
    ]
