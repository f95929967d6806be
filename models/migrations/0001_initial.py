"""Create the initial tables."""

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.migrations import _migration

# The enums as they were when this migration was written; a later change of them belongs to a later migration.


class MemberKind(StrEnum):
    ADMINISTRATOR = "ADMINISTRATOR"
    TUTOR = "TUTOR"


class ProgrammeStatus(StrEnum):
    ONBOARDING = "ONBOARDING"
    READY_TO_ENROL = "READY_TO_ENROL"
    ACTIVE = "ACTIVE"
    ON_A_BREAK = "ON_A_BREAK"
    ENTERED_EPA = "ENTERED_EPA"
    PENDING_CHANGE = "PENDING_CHANGE"
    COMPLETE = "COMPLETE"
    WITHDRAWN = "WITHDRAWN"


class TrackerCategory(StrEnum):
    EMPLOYABILITY = "EMPLOYABILITY"
    FUNDED = "FUNDED"
    CUSTOM = "CUSTOM"
    PROCESS_AUTOMATION = "PROCESS_AUTOMATION"


class TrackerStatus(StrEnum):
    NEW = "NEW"
    APPROVED = "APPROVED"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"


class NotificationKind(StrEnum):
    ASSIGNED = "ASSIGNED"
    STATUS_CHANGED = "STATUS_CHANGED"
    COMMENTED = "COMMENTED"
    APPLIED = "APPLIED"
    APPLY_FAILED = "APPLY_FAILED"
    UPDATED = "UPDATED"


class MailKind(StrEnum):
    ASSIGNMENT = "ASSIGNMENT"


class TrackerEventKind(StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    ASSIGNED = "ASSIGNED"
    STATUS_CHANGED = "STATUS_CHANGED"
    COMMENTED = "COMMENTED"
    APPLIED = "APPLIED"
    APPLY_FAILED = "APPLY_FAILED"


class Migration(_migration.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Inbox",
            fields=[
                ("member_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("cursor", fields.BigIntField(default=0)),
            ],
            options={
                "table": "inbox",
                "app": "models",
                "pk_attr": "member_id",
                "table_description": "The cursor of a member's newest notification; taken only by ``UPDATE … RETURNING``.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organisation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "organisation",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A training provider that keeps its trackers here.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Employer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="employers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("employer_id", fields.CharField(null=True, description="the ILR's EmpId", max_length=9)),
                ("confirmed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "employer",
                "app": "models",
                "unique_together": (("organisation_id", "name"), ("organisation_id", "employer_id")),
                "pk_attr": "id",
                "table_description": "An employer; trackers that prove a job take confirmed ones only.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Group",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="groups",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
            ],
            options={
                "table": "learner_group",
                "app": "models",
                "unique_together": (("organisation_id", "name"),),
                "pk_attr": "id",
                "table_description": "A group that learners are filed under.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                (
                    "email",
                    fields.CharField(unique=True, description="lower case; unique in the installation", max_length=320),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ADMINISTRATOR: ADMINISTRATOR\nTUTOR: TUTOR",
                        enum_type=MemberKind,
                        max_length=20,
                    ),
                ),
                ("roles", ArrayField(default=list, element_type="TEXT")),
                ("active", fields.BooleanField(default=True)),
                ("password_hash", fields.CharField(null=True, max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "member",
                "app": "models",
                "indexes": [Index(fields=["organisation_id", "name", "id"])],
                "pk_attr": "id",
                "table_description": "A person of the organisation's staff: an administrator or a tutor.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrganisationCounter",
            fields=[
                (
                    "organisation_id",
                    fields.UUIDField(primary_key=True, unique=True, db_index=True),
                ),
                ("trackers", fields.IntField(default=0)),
            ],
            options={
                "table": "organisation_counter",
                "app": "models",
                "pk_attr": "organisation_id",
                "table_description": "The number of an organisation's newest tracker.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProcessAutomation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="process_automations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(max_length=40)),
                ("enabled", fields.BooleanField(default=False)),
                ("four_eyes", fields.BooleanField(default=False)),
            ],
            options={
                "table": "process_automation",
                "app": "models",
                "unique_together": (("organisation_id", "key"),),
                "pk_attr": "id",
                "table_description": "Whether an organisation uses one of the built-in process automations, and how.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Programme",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="programmes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
            ],
            options={
                "table": "programme",
                "app": "models",
                "unique_together": (("organisation_id", "name"),),
                "pk_attr": "id",
                "table_description": "A programme of the provider; from an ILR one per ProgType and StdCode or FworkCode.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Learner",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="learners",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reference",
                    fields.CharField(null=True, description="the ILR's LearnRefNumber", max_length=12),
                ),
                ("uln", fields.CharField(null=True, max_length=10)),
                ("title", fields.CharField(null=True, max_length=20)),
                ("given_names", fields.CharField(max_length=100)),
                ("family_name", fields.CharField(max_length=100)),
                (
                    "programme",
                    fields.ForeignKeyField(
                        "models.Programme",
                        source_field="programme_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="learners",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sub_programme", fields.CharField(null=True, max_length=200)),
                (
                    "programme_status",
                    fields.CharEnumField(
                        description="ONBOARDING: ONBOARDING\nREADY_TO_ENROL: READY_TO_ENROL\nACTIVE: ACTIVE\nON_A_BREAK: ON_A_BREAK\nENTERED_EPA: ENTERED_EPA\nPENDING_CHANGE: PENDING_CHANGE\nCOMPLETE: COMPLETE\nWITHDRAWN: WITHDRAWN",
                        enum_type=ProgrammeStatus,
                        max_length=20,
                    ),
                ),
                (
                    "employer",
                    fields.ForeignKeyField(
                        "models.Employer",
                        source_field="employer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="learners",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("job_title", fields.CharField(null=True, max_length=120)),
                ("weekly_hours", fields.DecimalField(null=True, max_digits=5, decimal_places=2)),
                ("workplace_postcode", fields.CharField(null=True, max_length=8)),
                ("address_line1", fields.CharField(null=True, max_length=50)),
                ("address_line2", fields.CharField(null=True, max_length=50)),
                ("address_line3", fields.CharField(null=True, max_length=50)),
                ("address_line4", fields.CharField(null=True, max_length=50)),
                ("postcode", fields.CharField(null=True, max_length=8)),
                (
                    "tutor",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="tutor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="learners",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "groups",
                    fields.ManyToManyField(
                        "models.Group",
                        unique=True,
                        db_constraint=True,
                        through="learner_in_group",
                        forward_key="group_id",
                        backward_key="learner_id",
                        related_name="learners",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("imported_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "changed_at",
                    fields.DatetimeField(
                        null=True,
                        description="when an approved automation last changed the record",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "learner",
                "app": "models",
                "unique_together": (("organisation_id", "reference"),),
                "indexes": [
                    Index(fields=["organisation_id", "family_name", "given_names", "id"]),
                    Index(fields=["organisation_id", "uln"]),
                    Index(fields=["tutor_id"]),
                    Index(fields=["programme_id"]),
                    Index(fields=["employer_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A person on a programme, as the provider's record has them.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LearningAim",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="learning_aims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "learner",
                    fields.ForeignKeyField(
                        "models.Learner",
                        source_field="learner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="learning_aims",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sequence", fields.IntField(description="the order in the return: the ILR's AimSeqNumber")),
                ("reference", fields.CharField(max_length=8)),
                (
                    "software_aim_id",
                    fields.CharField(null=True, description="the ILR's SWSupAimId", max_length=36),
                ),
                ("aim_type", fields.IntField()),
                ("fund_model", fields.IntField(null=True)),
                ("programme_type", fields.IntField(null=True)),
                ("standard_code", fields.IntField(null=True)),
                ("framework_code", fields.IntField(null=True)),
                ("pathway_code", fields.IntField(null=True)),
                ("start_date", fields.DateField()),
                ("original_start_date", fields.DateField(null=True)),
                ("planned_end_date", fields.DateField(null=True)),
                ("actual_end_date", fields.DateField(null=True)),
                ("completion_status", fields.IntField()),
                ("outcome", fields.IntField(null=True)),
                ("withdraw_reason", fields.IntField(null=True)),
                ("restart", fields.BooleanField(default=False)),
                ("actual_hours", fields.IntField(null=True)),
                ("achievement_date", fields.DateField(null=True)),
                ("learning_support_from", fields.DateField(null=True)),
                ("learning_support_to", fields.DateField(null=True)),
            ],
            options={
                "table": "learning_aim",
                "app": "models",
                "indexes": [Index(fields=["learner_id", "start_date", "sequence"])],
                "pk_attr": "id",
                "table_description": "A learning delivery of the ILR. Codes are the ILR's own.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One sign-in. Access tokens name it; ending it ends them all.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RefreshToken",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "models.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refresh_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refresh_token",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A token that was handed out to renew a session, stored hashed; used once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SignInFailures",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("failures", fields.IntField(default=0)),
                ("blocked_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_failures",
                "app": "models",
                "pk_attr": "key",
                "table_description": "Failed sign-ins in a row for one e-mail or one client address, both kept hashed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TrackerType",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tracker_types",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("key", fields.CharField(max_length=40)),
                ("name", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                (
                    "category",
                    fields.CharEnumField(
                        description="EMPLOYABILITY: EMPLOYABILITY\nFUNDED: FUNDED\nCUSTOM: CUSTOM\nPROCESS_AUTOMATION: PROCESS_AUTOMATION",
                        enum_type=TrackerCategory,
                        max_length=20,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("archived", fields.BooleanField(default=False)),
                ("position", fields.IntField(default=0, description="the order in lists")),
            ],
            options={
                "table": "tracker_type",
                "app": "models",
                "unique_together": (("organisation_id", "key"),),
                "pk_attr": "id",
                "table_description": "A kind of tracker: built in (no organisation) or an organisation's own.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TrackerTypeVersion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "type",
                    fields.ForeignKeyField(
                        "models.TrackerType",
                        source_field="type_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField()),
                ("definition", fields.JSONField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "tracker_type_version",
                "app": "models",
                "unique_together": (("type_id", "version"),),
                "pk_attr": "id",
                "table_description": "One version of a type's definition; never changed once written.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Tracker",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trackers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                (
                    "type",
                    fields.ForeignKeyField(
                        "models.TrackerType",
                        source_field="type_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trackers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "type_version",
                    fields.ForeignKeyField(
                        "models.TrackerTypeVersion",
                        source_field="type_version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trackers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "learner",
                    fields.ForeignKeyField(
                        "models.Learner",
                        source_field="learner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trackers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="assignee_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assigned_trackers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "created_by",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="created_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="created_trackers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default="NEW",
                        description="NEW: NEW\nAPPROVED: APPROVED\nRESOLVED: RESOLVED\nREJECTED: REJECTED\nCLOSED: CLOSED",
                        enum_type=TrackerStatus,
                        max_length=20,
                    ),
                ),
                ("description", fields.TextField(default="", unique=False)),
                ("due_date", fields.DateField(null=True)),
                ("values", fields.JSONField(default=dict)),
                ("version", fields.IntField(default=1)),
                ("applies_on", fields.DateField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("idempotency_key", fields.CharField(null=True, max_length=200)),
                ("idempotency_digest", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "tracker",
                "app": "models",
                "unique_together": (("organisation_id", "number"), ("created_by_id", "idempotency_key")),
                "indexes": [
                    Index(fields=["organisation_id", "created_at", "id"]),
                    Index(fields=["organisation_id", "status", "created_at", "id"]),
                    Index(fields=["organisation_id", "type_id", "created_at", "id"]),
                    Index(fields=["assignee_id", "created_at", "id"]),
                    Index(fields=["created_by_id", "created_at", "id"]),
                    Index(fields=["learner_id", "created_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A case that a member opened about a learner.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "recipient",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="recipient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("cursor", fields.BigIntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ASSIGNED: ASSIGNED\nSTATUS_CHANGED: STATUS_CHANGED\nCOMMENTED: COMMENTED\nAPPLIED: APPLIED\nAPPLY_FAILED: APPLY_FAILED\nUPDATED: UPDATED",
                        enum_type=NotificationKind,
                        max_length=20,
                    ),
                ),
                (
                    "tracker",
                    fields.ForeignKeyField(
                        "models.Tracker",
                        source_field="tracker_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="caused_notifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notification",
                "app": "models",
                "unique_together": (("recipient_id", "cursor"),),
                "indexes": [Index(fields=["tracker_id"])],
                "pk_attr": "id",
                "table_description": "One thing a member is told. The row is the truth; sockets and mails only carry it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Mail",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(description="ASSIGNMENT: ASSIGNMENT", enum_type=MailKind, max_length=20),
                ),
                (
                    "recipient",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="recipient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="mails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "notification",
                    fields.ForeignKeyField(
                        "models.Notification",
                        source_field="notification_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="mails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "due_at",
                    fields.DatetimeField(
                        description="not before then; while it is being sent, the end of the lease",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("given_up_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "mail",
                "app": "models",
                "indexes": [Index(fields=["notification_id"])],
                "pk_attr": "id",
                "table_description": "A mail that is owed: ids only, rendered when it is sent.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TrackerEvent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                (
                    "organisation",
                    fields.ForeignKeyField(
                        "models.Organisation",
                        source_field="organisation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tracker_events",
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
                        related_name="history",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CREATED: CREATED\nUPDATED: UPDATED\nASSIGNED: ASSIGNED\nSTATUS_CHANGED: STATUS_CHANGED\nCOMMENTED: COMMENTED\nAPPLIED: APPLIED\nAPPLY_FAILED: APPLY_FAILED",
                        enum_type=TrackerEventKind,
                        max_length=20,
                    ),
                ),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tracker_events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField()),
                ("comment", fields.TextField(null=True, unique=False)),
                ("changes", fields.JSONField(default=list)),
            ],
            options={
                "table": "tracker_event",
                "app": "models",
                "indexes": [Index(fields=["tracker_id", "at", "id"])],
                "pk_attr": "id",
                "table_description": "One entry of a tracker's history.",
            },
            bases=["Row"],
        ),
    ]
