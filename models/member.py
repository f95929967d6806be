"""Members, their inboxes, sessions and tokens, and counts of failed sign-ins."""

from enum import StrEnum
from uuid import UUID

from tortoise import Model, fields
from tortoise.contrib.postgres.fields import ArrayField

from models.base import Row
from models.organisation import Organisation


class MemberKind(StrEnum):
    """The kinds of organisation members."""

    ADMINISTRATOR = "ADMINISTRATOR"
    TUTOR = "TUTOR"


class Role(StrEnum):
    """The roles of members. Each role grants a permission beyond read access."""

    CREATE_TRACKERS = "CREATE_TRACKERS"
    CREATE_PROCESS_AUTOMATION_TRACKERS = "CREATE_PROCESS_AUTOMATION_TRACKERS"
    EDIT_PROCESS_AUTOMATION_TRACKERS = "EDIT_PROCESS_AUTOMATION_TRACKERS"
    MANAGE_SETTINGS = "MANAGE_SETTINGS"
    MANAGE_MEMBERS = "MANAGE_MEMBERS"


class SignInMethod(StrEnum):
    """The ways in which a session may have been opened."""

    PASSWORD = "PASSWORD"  # noqa: S105 - a way to sign in
    PASSWORD_LINK = "PASSWORD_LINK"  # noqa: S105 - a way to sign in
    PASSKEY = "PASSKEY"
    SIGN_ON = "SIGN_ON"


class Member(Row):
    """A member of an organisation's staff: an administrator or a tutor."""

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
        # The comment of the table in released databases.
        table_description = "A person of the organisation's staff: an administrator or a tutor."


class Inbox(Model):
    """The cursor of a member's newest notification, and how many notifications are read.

    Only ``UPDATE … RETURNING`` may increment the cursor, so that concurrent transactions never use one twice. It is also
    the number of notifications that the member has ever received, so ``cursor - read_count`` are unread. Triggers of
    the table of notifications increment ``read_count`` when rows are marked as read, or deleted unread.
    """

    member_id = fields.UUIDField(primary_key=True)
    cursor = fields.BigIntField(default=0)
    read_count = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "inbox"
        # The comment of the table in released databases.
        table_description = "The cursor of a member's newest notification; taken only by ``UPDATE … RETURNING``."


class Session(Row):
    """A member's session. Access tokens contain its id, and ending the session invalidates all of them."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="sessions", on_delete=fields.CASCADE
    )
    member_id: UUID
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    method = fields.CharEnumField(
        SignInMethod,
        max_length=20,
        default=SignInMethod.PASSWORD,
        db_default="PASSWORD",
        description="how it was opened",
    )
    second_factor = fields.BooleanField(default=False, db_default=False)
    authenticated_at = fields.DatetimeField(
        null=True, description="when a password or factor was given last; null: when created"
    )
    last_used_at = fields.DatetimeField(
        null=True, description="when it was opened or refreshed last; null: when created"
    )
    device_id: UUID | None = fields.UUIDField(null=True, description="the device that it was opened on")
    device_label = fields.CharField(
        max_length=100, default="", db_default="", description="browser and system, for people"
    )
    network = fields.CharField(max_length=50, default="", db_default="", description="the place of its last use")

    class Meta:
        table = "session"
        # The comment of the table in released databases.
        table_description = "One sign-in. Access tokens name it; ending it ends them all."
        indexes = (("member_id",),)


class Device(Row):
    """A device on which a member has signed in. Its token is signed, so that nothing of it is stored."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="devices", on_delete=fields.CASCADE
    )
    member_id: UUID
    last_used_at = fields.DatetimeField()

    class Meta:
        table = "device"
        table_description = "A device on which a member has signed in; without a row its token is worth nothing."
        indexes = (("member_id",),)


class RefreshToken(Row):
    """A single-use token that renews a session. Only its hash is stored."""

    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "models.Session", related_name="refresh_tokens", on_delete=fields.CASCADE
    )
    session_id: UUID
    digest = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refresh_token"
        # The comment of the table in released databases.
        table_description = "A token that was handed out to renew a session, stored hashed; used once."


class PasswordToken(Row):
    """A single-use token for setting a password, sent with an invitation or a reset. Only its hash is stored."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="password_tokens", on_delete=fields.CASCADE
    )
    member_id: UUID
    digest = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    by_operator = fields.BooleanField(default=False, db_default=False)
    """Whether the operator handed it out, and not a mail: it works where single sign-on is required."""

    class Meta:
        table = "password_token"
        # The comment of the table in released databases.
        table_description = "The right to choose a password once, from an invitation or a reset; stored hashed."


class SignInFailures(Model):
    """The number of consecutive failed sign-ins for an email or client address, which is stored hashed."""

    key = fields.CharField(max_length=64, primary_key=True)
    failures = fields.IntField(default=0)
    blocked_until = fields.DatetimeField(null=True)
    last_at = fields.DatetimeField()

    class Meta:
        table = "sign_in_failures"
        # The comment of the table in released databases.
        table_description = "Failed sign-ins in a row for one e-mail or one client address, both kept hashed."
