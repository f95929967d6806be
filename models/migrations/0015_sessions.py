"""Add devices, and where, how and when a session was opened; what is audited and mailed may have further kinds."""

from enum import StrEnum

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration

# The enums as they were when this migration was written. The descriptions of columns no longer list their values, so
# that a further value needs no migration.


class SignInMethod(StrEnum):
    PASSWORD = "PASSWORD"  # noqa: S105 - a way to sign in


class AuditKind(StrEnum):
    MEMBER_CREATED = "MEMBER_CREATED"


class MailKind(StrEnum):
    ASSIGNMENT = "ASSIGNMENT"


def _add_to_session(name: str, field: fields.Field[object]) -> ops.AddField:
    return ops.AddField(model_name="Session", name=name, field=field)


class Migration(_migration.Migration):
    dependencies = [("models", "0014_folded_names")]

    operations = [
        ops.CreateModel(
            name="Device",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="devices",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("last_used_at", fields.DatetimeField()),
            ],
            options={
                "table": "device",
                "app": "models",
                "indexes": [Index(fields=["member_id"])],
                "pk_attr": "id",
                "table_description": "A device on which a member has signed in; without a row its token is worth nothing.",
            },
            bases=["Row"],
        ),
        _add_to_session(
            "method",
            fields.CharEnumField(
                SignInMethod,
                max_length=20,
                default="PASSWORD",
                db_default="PASSWORD",
                description="how it was opened",
            ),
        ),
        _add_to_session("second_factor", fields.BooleanField(default=False, db_default=False)),
        _add_to_session(
            "authenticated_at",
            fields.DatetimeField(null=True, description="when a password or factor was given last; null: when created"),
        ),
        _add_to_session(
            "last_used_at",
            fields.DatetimeField(null=True, description="when it was opened or refreshed last; null: when created"),
        ),
        _add_to_session("device_id", fields.UUIDField(null=True, description="the device that it was opened on")),
        _add_to_session(
            "device_label",
            fields.CharField(max_length=100, default="", db_default="", description="browser and system, for people"),
        ),
        _add_to_session(
            "network",
            fields.CharField(max_length=50, default="", db_default="", description="the place of its last use"),
        ),
        ops.AddIndex(model_name="Session", index=Index(fields=["member_id"])),
        ops.AddField(
            model_name="Mail",
            name="session_id",
            field=fields.UUIDField(null=True, description="the sign-in that it tells of"),
        ),
        ops.AlterField(
            model_name="AuditEntry",
            name="kind",
            field=fields.CharEnumField(AuditKind, max_length=30, description="what was done"),
        ),
        ops.AlterField(
            model_name="Mail",
            name="kind",
            field=fields.CharEnumField(MailKind, max_length=20, description="what it tells"),
        ),
    ]
