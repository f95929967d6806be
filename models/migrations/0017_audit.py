"""Add who has read which learner's record, and the indexes from which the audit is listed."""

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration
from models.migrations._sql import read_sql


def _reference(model: str, column: str, related_name: str, *, constraint: bool = True) -> fields.Field[object]:
    return fields.ForeignKeyField(  # type: ignore[return-value]
        model,
        source_field=column,
        db_constraint=constraint,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT if constraint else OnDelete.NO_ACTION,
    )


def _index_audit(column: str) -> ops.AddIndex:
    return ops.AddIndex(model_name="AuditEntry", index=Index(fields=["organisation_id", column, "at", "id"]))


class Migration(_migration.Migration):
    dependencies = [("models", "0016_second_factors")]

    operations = [
        ops.CreateModel(
            name="LearnerRead",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("organisation", _reference("models.Organisation", "organisation_id", "learner_reads")),
                ("member", _reference("models.Member", "member_id", "learner_reads")),
                ("learner", _reference("models.Learner", "learner_id", "reads", constraint=False)),
                ("day", fields.DateField(description="in Europe/London")),
                ("at", fields.DatetimeField(description="when it was first noted on this day")),
            ],
            options={
                "table": "learner_read",
                "app": "models",
                "unique_together": (("learner_id", "member_id", "day"),),
                "indexes": [Index(fields=["organisation_id", "at", "id"]), Index(fields=["member_id", "at", "id"])],
                "pk_attr": "id",
                "table_description": "A member has read a learner's record on a day.",
            },
            bases=["Row"],
        ),
        _index_audit("actor_id"),
        _index_audit("kind"),
        _index_audit("subject_id"),
        ops.RunSQL(read_sql("0017/refuse_early_deletion"), "DROP FUNCTION refuse_early_deletion"),
        ops.RunSQL(
            "CREATE TRIGGER learner_read_kept BEFORE DELETE ON learner_read "
            "FOR EACH ROW EXECUTE FUNCTION refuse_early_deletion()",
            "DROP TRIGGER learner_read_kept ON learner_read",
        ),
        ops.RunSQL(
            "CREATE TRIGGER learner_read_rows BEFORE UPDATE ON learner_read "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER learner_read_rows ON learner_read",
        ),
        ops.RunSQL(
            "CREATE TRIGGER learner_read_all BEFORE TRUNCATE ON learner_read "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER learner_read_all ON learner_read",
        ),
    ]
