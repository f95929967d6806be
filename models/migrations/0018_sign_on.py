"""Add single sign-on: providers, their domains, the members bound to them, and what is under way."""

from enum import StrEnum

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration


class MemberKind(StrEnum):
    """The enum as it was when this migration was written; its values are in the column's description."""

    ADMINISTRATOR = "ADMINISTRATOR"
    TUTOR = "TUTOR"


def _reference(model: str, column: str, related_name: str) -> fields.ForeignKeyRelation:
    return fields.ForeignKeyField(
        model,
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.CASCADE,
    )


def _one_to_one(model: str, column: str, related_name: str) -> fields.OneToOneRelation:
    return fields.OneToOneField(
        model,
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.CASCADE,
    )


def _time(*, null: bool = False) -> fields.DatetimeField:
    return fields.DatetimeField(null=null, auto_now=False, auto_now_add=False)


class Migration(_migration.Migration):
    dependencies = [("models", "0017_audit")]

    operations = [
        ops.AddField(
            model_name="PasswordToken", name="by_operator", field=fields.BooleanField(default=False, db_default=False)
        ),
        ops.CreateModel(
            name="SignOnProvider",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("organisation", _reference("models.Organisation", "organisation_id", "sign_on_providers")),
                ("issuer", fields.CharField(max_length=500)),
                ("client_id", fields.CharField(max_length=200)),
                ("client_secret", fields.BinaryField(description="encrypted", unique=False)),
                ("verified_claim", fields.CharField(max_length=100)),
                (
                    "make_members",
                    fields.CharEnumField(MemberKind, null=True, max_length=20, description="of first sign-ons"),
                ),
                ("role_claim", fields.CharField(null=True, max_length=100)),
                ("roles", fields.JSONField(default=dict)),
                ("required", fields.BooleanField(default=False)),
            ],
            options={
                "table": "sign_on_provider",
                "app": "models",
                "unique_together": (("organisation_id",),),
                "indexes": [Index(fields=["issuer"])],
                "pk_attr": "id",
                "table_description": "The OpenID Connect provider through which the members of an organisation sign in; the operator sets it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SignOnDomain",
            fields=[
                ("domain", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=253)),
                ("provider", _reference("models.SignOnProvider", "provider_id", "domains")),
            ],
            options={
                "table": "sign_on_domain",
                "app": "models",
                "pk_attr": "domain",
                "table_description": "A mail domain whose members sign in through a provider. A domain belongs to one organisation only.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignOnIdentity",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("member", _one_to_one("models.Member", "member_id", "sign_on_identity")),
                ("organisation", _reference("models.Organisation", "organisation_id", "sign_on_identities")),
                ("issuer", fields.CharField(max_length=500)),
                ("subject", fields.CharField(max_length=255)),
            ],
            options={
                "table": "sign_on_identity",
                "app": "models",
                "unique_together": (("organisation_id", "issuer", "subject"),),
                "pk_attr": "id",
                "table_description": "The person at the provider to whom a member is bound since their first sign-on.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SignOnAttempt",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("provider", _reference("models.SignOnProvider", "provider_id", "attempts")),
                ("network", fields.CharField(description="hashed", max_length=64)),
                ("redirect_url", fields.CharField(max_length=2000)),
                ("reauthenticate", fields.BooleanField()),
                ("created_at", _time()),
                ("answer", fields.BinaryField(null=True, description="the provider's answer, encrypted", unique=False)),
                ("used_at", _time(null=True)),
            ],
            options={
                "table": "sign_on_attempt",
                "app": "models",
                "indexes": [Index(fields=["network", "created_at"]), Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "A sign-on that has begun: it lives ten minutes, and is used once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SignOnSession",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("session", _one_to_one("models.Session", "session_id", "sign_on")),
                ("provider", _reference("models.SignOnProvider", "provider_id", "sessions")),
                ("subject", fields.CharField(max_length=255)),
                ("provider_session", fields.CharField(null=True, max_length=255)),
                ("refresh_token", fields.BinaryField(null=True, description="the provider's, encrypted", unique=False)),
                ("confirmed_at", _time()),
                ("checked_until", _time(null=True)),
            ],
            options={
                "table": "sign_on_session",
                "app": "models",
                "indexes": [Index(fields=["provider_id", "subject"])],
                "pk_attr": "id",
                "table_description": "What the provider knows of a session that was opened by single sign-on.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SignOnLogout",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("created_at", _time()),
            ],
            options={
                "table": "sign_on_logout",
                "app": "models",
                "indexes": [Index(fields=["created_at"])],
                "pk_attr": "digest",
                "table_description": "The id of a logout token that was used, kept until the token is too old to be taken.",
            },
            bases=["Model"],
        ),
    ]
