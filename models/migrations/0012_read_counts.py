"""Add the count of each inbox's notifications that are read, so that those unread need not be counted."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


class Migration(_migration.Migration):
    dependencies = [("models", "0011_plain_indexes")]

    operations = [
        ops.AddField(model_name="Inbox", name="read_count", field=fields.BigIntField(default=0, db_default=0)),
        ops.RunSQL(read_sql("0012/count_read"), "DROP FUNCTION count_read"),
        ops.RunSQL(read_sql("0012/count_deleted"), "DROP FUNCTION count_deleted"),
        # Triggers rather than statements of the application, so that processes of an earlier version count too. Creating
        # them keeps other transactions from writing notifications until the rows have been counted.
        ops.RunSQL(
            "CREATE TRIGGER notification_read AFTER UPDATE ON notification "
            "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_read()",
            "DROP TRIGGER notification_read ON notification",
        ),
        ops.RunSQL(
            "CREATE TRIGGER notification_deleted AFTER DELETE ON notification "
            "REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_deleted()",
            "DROP TRIGGER notification_deleted ON notification",
        ),
        ops.RunSQL(
            "UPDATE inbox SET read_count = cursor - (SELECT count(*) FROM notification "
            "WHERE recipient_id = inbox.member_id AND read_at IS NULL)",
            "SELECT",
        ),
    ]
