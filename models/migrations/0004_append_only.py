"""Add triggers that make tracker history and the audit log append-only, and indexes for the background workers."""

from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


def _append_only(table: str) -> list[ops.RunSQL]:
    return [
        ops.RunSQL(
            f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER {table}_rows ON {table}",
        ),
        ops.RunSQL(
            f"CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER {table}_all ON {table}",
        ),
    ]


class Migration(_migration.Migration):
    dependencies = [("models", "0003_whole_life")]

    operations = [
        ops.RunSQL(read_sql("0004/refuse_change"), "DROP FUNCTION refuse_change"),
        *_append_only("tracker_event"),
        *_append_only("audit_entry"),
        # Uploads that are attached to no tracker, for the worker that deletes them.
        ops.RunSQL(
            "CREATE INDEX stored_file_loose ON stored_file (created_at) WHERE tracker_id IS NULL",
            "DROP INDEX stored_file_loose",
        ),
        # Approved automations with a day to be applied on, for the worker that applies them.
        ops.RunSQL(
            "CREATE INDEX tracker_waiting ON tracker (applies_on) WHERE status = 'APPROVED' AND applies_on IS NOT NULL",
            "DROP INDEX tracker_waiting",
        ),
    ]
