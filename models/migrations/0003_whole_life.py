"""Add audit entries, comments, password tokens, stored files, and ``Tracker.record_before``."""

from enum import StrEnum

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration

# The enums as they were when this migration was written; a later change of them belongs to a later migration.


class AuditKind(StrEnum):
    MEMBER_CREATED = "MEMBER_CREATED"
    MEMBER_UPDATED = "MEMBER_UPDATED"
    PASSWORD_SET = "PASSWORD_SET"  # noqa: S105 - a kind of event
    TYPE_CREATED = "TYPE_CREATED"
    TYPE_UPDATED = "TYPE_UPDATED"
    AUTOMATION_UPDATED = "AUTOMATION_UPDATED"
    EMPLOYER_CREATED = "EMPLOYER_CREATED"
    EMPLOYER_UPDATED = "EMPLOYER_UPDATED"
    IMPORTED = "IMPORTED"


class MailKind(StrEnum):
    ASSIGNMENT = "ASSIGNMENT"
    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a kind of mail


class Migration(_migration.Migration):
    dependencies = [("models", "0002_search_and_queues")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="audit",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="audit",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="MEMBER_CREATED: MEMBER_CREATED\nMEMBER_UPDATED: MEMBER_UPDATED\nPASSWORD_SET: PASSWORD_SET\nTYPE_CREATED: TYPE_CREATED\nTYPE_UPDATED: TYPE_UPDATED\nAUTOMATION_UPDATED: AUTOMATION_UPDATED\nEMPLOYER_CREATED: EMPLOYER_CREATED\nEMPLOYER_UPDATED: EMPLOYER_UPDATED\nIMPORTED: IMPORTED",
                        enum_type=AuditKind,
                        max_length=30,
                    ),
                ),
                ("subject_id", fields.UUIDField(null=True, description="the row that was changed")),
                ("details", fields.JSONField(default=dict)),
            ],
            options={
                "table": "audit_entry",
                "app": "models",
                "indexes": [Index(fields=["organisation_id", "at", "id"])],
                "pk_attr": "id",
                "table_description": "One change: who, when, what, and what it was before and after. The database refuses to change or delete it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Comment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "tracker",
                    fields.ForeignKeyField(
                        "models.Tracker",
                        source_field="tracker_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("idempotency_key", fields.CharField(null=True, max_length=200)),
                ("idempotency_digest", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "comment",
                "app": "models",
                "unique_together": (("author_id", "idempotency_key"),),
                "indexes": [Index(fields=["tracker_id", "created_at", "id"])],
                "pk_attr": "id",
                "table_description": "A remark on a tracker.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PasswordToken",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="password_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "password_token",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The right to choose a password once, from an invitation or a reset; stored hashed.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StoredFile",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "uploader",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="uploader_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="uploads",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("type_key", fields.CharField(max_length=40)),
                ("field_key", fields.CharField(max_length=40)),
                ("name", fields.CharField(description="as its uploader called it", max_length=255)),
                ("media_type", fields.CharField(description="what its bytes show it to be", max_length=100)),
                ("bytes", fields.BigIntField()),
                (
                    "tracker",
                    fields.ForeignKeyField(
                        "models.Tracker",
                        source_field="tracker_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stored_file",
                "app": "models",
                "indexes": [Index(fields=["tracker_id"]), Index(fields=["uploader_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "A file that was uploaded for one field of one type; ``tracker`` is set once it is attached.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Mail",
            name="kind",
            field=fields.CharEnumField(
                description="ASSIGNMENT: ASSIGNMENT\nINVITATION: INVITATION\nPASSWORD_RESET: PASSWORD_RESET",
                enum_type=MailKind,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Tracker",
            name="record_before",
            field=fields.JSONField(null=True),
        ),
        ops.AddField(
            model_name="Tracker",
            name="values_changed_by",
            field=fields.ForeignKeyField(
                "models.Member",
                source_field="values_changed_by_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="valued_trackers",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
