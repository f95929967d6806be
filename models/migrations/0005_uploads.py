"""Add ``StoredFile.complete``, and a trigger that rejects changes to the rows of attached files."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrations import _migration


class Migration(_migration.Migration):
    dependencies = [("models", "0004_append_only")]

    operations = [
        ops.AlterField(
            model_name="StoredFile",
            name="bytes",
            field=fields.BigIntField(description="of an upload under way: as many as it may take"),
        ),
        ops.AddField(
            model_name="StoredFile",
            name="complete",
            field=fields.BooleanField(default=False),
        ),
        # An event of the tracker's history names the file, so its row must stay.
        ops.RunSQL(
            "CREATE TRIGGER stored_file_attached BEFORE UPDATE OR DELETE ON stored_file "
            "FOR EACH ROW WHEN (OLD.tracker_id IS NOT NULL) EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER stored_file_attached ON stored_file",
        ),
    ]
