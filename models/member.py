"""Members, and what they sign in with: sessions, tokens and failures."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.contrib.postgres.fields import ArrayField

from models.base import Row
from models.organisation import Organisation


class MemberKind(StrEnum):
    """The kinds of members."""

    ADMINISTRATOR = "ADMINISTRATOR"
    TUTOR = "TUTOR"


class Role(StrEnum):
    """The roles of a member: each permits something beyond reading."""

    CREATE_TRACKERS = "CREATE_TRACKERS"
    CREATE_PROCESS_AUTOMATION_TRACKERS = "CREATE_PROCESS_AUTOMATION_TRACKERS"
    EDIT_PROCESS_AUTOMATION_TRACKERS = "EDIT_PROCESS_AUTOMATION_TRACKERS"
    MANAGE_SETTINGS = "MANAGE_SETTINGS"
    MANAGE_MEMBERS = "MANAGE_MEMBERS"


class Member(Row):
    """A person of the organisation's staff: an administrator or a tutor."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="members", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=320, unique=True, description="lower case; unique in the installation")
    kind = fields.CharEnumField(MemberKind, max_length=20)
    roles = ArrayField(element_type="text", default=list)
    active = fields.BooleanField(default=True)
    password_hash = fields.CharField(max_length=200, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "member"
        indexes = (("organisation_id", "name", "id"),)


class Inbox(Model):
    """The cursor of a member's newest notification; taken only by ``UPDATE … RETURNING``."""

    member_id = fields.UUIDField(primary_key=True)
    cursor = fields.BigIntField(default=0)

    class Meta:
        table = "inbox"


class Session(Row):
    """One sign-in. Access tokens name it; ending it ends them all."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="sessions", on_delete=fields.CASCADE
    )
    member_id: UUID
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class RefreshToken(Row):
    """A token that was handed out to renew a session, stored hashed; used once."""

    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "models.Session", related_name="refresh_tokens", on_delete=fields.CASCADE
    )
    session_id: UUID
    digest = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refresh_token"


class PasswordToken(Row):
    """The right to choose a password once, from an invitation or a reset; stored hashed."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="password_tokens", on_delete=fields.CASCADE
    )
    member_id: UUID
    digest = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "password_token"


class SignInFailures(Model):
    """Failed sign-ins in a row for one e-mail or one client address, both kept hashed."""

    key = fields.CharField(max_length=64, primary_key=True)
    failures = fields.IntField(default=0)
    blocked_until = fields.DatetimeField(null=True)
    last_at = fields.DatetimeField()

    class Meta:
        table = "sign_in_failures"
