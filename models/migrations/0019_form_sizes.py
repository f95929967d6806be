"""Keep the sizes of each organisation's largest form, by which operations are priced that show forms."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


class Migration(_migration.Migration):
    dependencies = [("models", "0018_sign_on")]

    operations = [
        ops.AddField(model_name="Organisation", name="form_fields", field=fields.IntField(default=0, db_default=0)),
        ops.AddField(model_name="Organisation", name="form_choices", field=fields.IntField(default=0, db_default=0)),
        ops.RunSQL(read_sql("0019/form_sizes"), "DROP FUNCTION form_sizes"),
        ops.RunSQL(read_sql("0019/keep_form_sizes"), "DROP FUNCTION keep_form_sizes"),
        ops.RunSQL(read_sql("0019/measure_forms"), "SELECT 1"),
        ops.RunSQL(
            "CREATE TRIGGER tracker_type_version_sized AFTER INSERT ON tracker_type_version "
            "FOR EACH ROW EXECUTE FUNCTION keep_form_sizes()",
            "DROP TRIGGER tracker_type_version_sized ON tracker_type_version",
        ),
    ]
