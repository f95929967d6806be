"""Notifications, and the queue of outgoing email."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.base import Row
from models.member import Member
from models.tracker import Tracker


class NotificationKind(StrEnum):
    """The kinds of notifications."""

    ASSIGNED = "ASSIGNED"
    STATUS_CHANGED = "STATUS_CHANGED"
    COMMENTED = "COMMENTED"
    APPLIED = "APPLIED"
    APPLY_FAILED = "APPLY_FAILED"
    UPDATED = "UPDATED"


class Notification(Row):
    """A notification to a member. The row is authoritative; subscriptions and email only deliver it.

    ``cursor`` counts up from 1 for each recipient. It is assigned in the transaction that inserts the row, so
    notifications are committed in the order of their cursors.
    """

    recipient: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="notifications", on_delete=fields.RESTRICT
    )
    recipient_id: UUID
    cursor = fields.BigIntField()
    kind = fields.CharEnumField(NotificationKind, max_length=20)
    tracker: fields.ForeignKeyRelation[Tracker] = fields.ForeignKeyField(
        "models.Tracker", related_name="notifications", on_delete=fields.RESTRICT
    )
    tracker_id: UUID
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="caused_notifications", null=True, on_delete=fields.RESTRICT
    )
    actor_id: UUID | None
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notification"
        # The comment of the table in released databases.
        table_description = "One thing a member is told. The row is the truth; sockets and mails only carry it."
        unique_together = (("recipient_id", "cursor"),)
        indexes = (("tracker_id",),)


class MailKind(StrEnum):
    """The kinds of email that the server sends."""

    ASSIGNMENT = "ASSIGNMENT"
    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a kind of email
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a kind of email
    NEW_DEVICE = "NEW_DEVICE"
    FACTOR_ADDED = "FACTOR_ADDED"
    FACTOR_REMOVED = "FACTOR_REMOVED"
    RECOVERY_CODES = "RECOVERY_CODES"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    WRONG_CODES = "WRONG_CODES"


class Mail(Row):
    """A queued email. It holds ids only; the text is rendered when the email is sent."""

    kind = fields.CharEnumField(MailKind, max_length=20, description="what it tells")
    recipient: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="mails", on_delete=fields.RESTRICT
    )
    recipient_id: UUID
    notification: fields.ForeignKeyNullableRelation[Notification] = fields.ForeignKeyField(
        "models.Notification", related_name="mails", null=True, on_delete=fields.RESTRICT
    )
    notification_id: UUID | None
    session_id: UUID | None = fields.UUIDField(null=True, description="the sign-in that it tells of")
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField(description="not before then; while it is being sent, the end of the lease")
    attempts = fields.IntField(default=0)
    sent_at = fields.DatetimeField(null=True)
    given_up_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "mail"
        table_description = "A mail that is owed: ids only, rendered when it is sent."  # as in released databases
        indexes = (("notification_id",),)
