"""Add second factors, recovery codes, and what organisations demand of their members."""

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration


class FactorKind(StrEnum):
    TOTP = "TOTP"
    PASSKEY = "PASSKEY"


def _member(related_name: str) -> fields.Field[object]:
    return fields.ForeignKeyField(
        "models.Member",
        source_field="member_id",
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.CASCADE,
    )


class Migration(_migration.Migration):
    dependencies = [("models", "0015_sessions")]

    operations = [
        ops.CreateModel(
            name="Factor",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("member", _member("factors")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="TOTP: TOTP\nPASSKEY: PASSKEY", enum_type=FactorKind, max_length=10
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "secret",
                    fields.BinaryField(
                        null=True, description="of TOTP, encrypted with a key of the installation's secret"
                    ),
                ),
                (
                    "last_step",
                    fields.BigIntField(
                        null=True, description="of TOTP: the time step of the code that was accepted last"
                    ),
                ),
                (
                    "credential_id",
                    fields.BinaryField(null=True, description="of a passkey; unique in the installation"),
                ),
                ("public_key", fields.BinaryField(null=True, description="of a passkey, in COSE's form")),
                (
                    "sign_count",
                    fields.BigIntField(null=True, description="of a passkey: how often its device says it was used"),
                ),
            ],
            options={
                "table": "factor",
                "app": "models",
                "indexes": [Index(fields=["member_id"])],
                "pk_attr": "id",
                "table_description": "What a member proves beside a password: an authenticator app or a passkey.",
            },
            bases=["Row"],
        ),
        ops.RunSQL("CREATE UNIQUE INDEX factor_credential ON factor (credential_id)", "DROP INDEX factor_credential"),
        ops.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("member", _member("recovery_codes")),
                ("digest", fields.CharField(max_length=64)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "recovery_code",
                "app": "models",
                "unique_together": (("member_id", "digest"),),
                "pk_attr": "id",
                "table_description": "A code for whoever has lost a second factor, stored hashed; used once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TotpEnrolment",
            fields=[
                ("member_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("factor_id", fields.UUIDField(description="the id that the factor will have")),
                ("secret", fields.BinaryField(description="encrypted as that of the factor")),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "totp_enrolment",
                "app": "models",
                "pk_attr": "member_id",
                "table_description": "The secret of an authenticator app until a code of it has been entered.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UsedChallenge",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "used_challenge",
                "app": "models",
                "pk_attr": "digest",
                "table_description": "A challenge that a passkey has answered; none is answered twice.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Organisation",
            name="factor_required",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Organisation",
            name="factor_required_roles",
            field=ArrayField(default=list, db_default=[], element_type="TEXT"),
        ),
    ]
