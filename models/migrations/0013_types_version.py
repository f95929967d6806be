"""Count the changes of each organisation's tracker types, so that processes know when what they keep of them is old."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


def _count_changes(table: str) -> list[ops.RunSQL]:
    return [
        ops.RunSQL(
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION count_types_change()",
            f"DROP TRIGGER {table}_changed ON {table}",
        ),
        ops.RunSQL(
            f"CREATE TRIGGER {table}_updated AFTER UPDATE ON {table} FOR EACH ROW "
            "WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION count_types_change()",
            f"DROP TRIGGER {table}_updated ON {table}",
        ),
    ]


class Migration(_migration.Migration):
    dependencies = [("models", "0012_read_counts")]

    operations = [
        ops.AddField(model_name="Organisation", name="types_version", field=fields.IntField(default=0, db_default=0)),
        ops.RunSQL(read_sql("0013/count_types_change"), "DROP FUNCTION count_types_change"),
        *_count_changes("tracker_type"),
        *_count_changes("process_automation"),
    ]
