"""Second factors of members, their recovery codes, and what is kept while one is added or used."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields

from models.base import Row
from models.member import Member


class FactorKind(StrEnum):
    """The kinds of second factors."""

    TOTP = "TOTP"
    PASSKEY = "PASSKEY"


class Factor(Row):
    """A second factor: an authenticator app, which has a secret, or a passkey, which has a public key."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="factors", on_delete=fields.CASCADE
    )
    member_id: UUID
    kind = fields.CharEnumField(FactorKind, max_length=10)
    name = fields.CharField(max_length=100)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    secret = fields.BinaryField(null=True, description="of TOTP, encrypted with a key of the installation's secret")
    last_step = fields.BigIntField(null=True, description="of TOTP: the time step of the code that was accepted last")
    credential_id = fields.BinaryField(null=True, description="of a passkey; unique in the installation")
    public_key = fields.BinaryField(null=True, description="of a passkey, in COSE's form")
    sign_count = fields.BigIntField(null=True, description="of a passkey: how often its device says it was used")

    class Meta:
        table = "factor"
        table_description = "What a member proves beside a password: an authenticator app or a passkey."
        indexes = (("member_id",),)


class TotpEnrolment(Model):
    """The secret of an authenticator app that a member is about to add; one a member, replaced by the next."""

    member_id = fields.UUIDField(primary_key=True)
    factor_id = fields.UUIDField(description="the id that the factor will have")
    secret = fields.BinaryField(description="encrypted as that of the factor")
    expires_at = fields.DatetimeField()

    class Meta:
        table = "totp_enrolment"
        table_description = "The secret of an authenticator app until a code of it has been entered."


class RecoveryCode(Row):
    """A code that stands in for a second factor once. Only its hash is stored."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="recovery_codes", on_delete=fields.CASCADE
    )
    member_id: UUID
    digest = fields.CharField(max_length=64)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"
        table_description = "A code for whoever has lost a second factor, stored hashed; used once."
        unique_together = (("member_id", "digest"),)


class UsedChallenge(Model):
    """The challenge of a passkey that has been answered, until it expires, so that no answer counts twice."""

    digest = fields.CharField(max_length=64, primary_key=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "used_challenge"
        table_description = "A challenge that a passkey has answered; none is answered twice."
