"""Tortoise models, one entity per module, and the migrations of their tables.

Everything that must survive a restart is stored in these tables, except the bytes of uploaded files. Tortoise discovers
the models in this module, so it is the only ``__init__`` that re-exports names. Business rules belong in ``services``.
May import from Tortoise and asyncpg.
"""

import models.tortoise_setup  # noqa: F401 - before anything imports Tortoise

# isort: split
from models.audit import AuditEntry, AuditKind
from models.comment import Comment
from models.factor import Factor, FactorKind, RecoveryCode, TotpEnrolment, UsedChallenge
from models.imported_error import ImportedError
from models.learner import Employer, Group, Learner, LearningAim, NameMerge, Programme, ProgrammeStatus
from models.learner_read import LearnerRead
from models.member import (
    Device,
    Inbox,
    Member,
    MemberKind,
    PasswordToken,
    RefreshToken,
    Role,
    Session,
    SignInFailures,
    SignInMethod,
)
from models.notification import Mail, MailKind, Notification, NotificationKind
from models.organisation import Organisation, OrganisationCounter, ProcessAutomation
from models.sign_on import SignOnAttempt, SignOnDomain, SignOnIdentity, SignOnLogout, SignOnProvider, SignOnSession
from models.stored_file import StoredFile
from models.tracker import Tracker, TrackerEvent, TrackerEventKind, TrackerStatus
from models.tracker_type import TrackerCategory, TrackerType, TrackerTypeVersion

__all__ = [
    "AuditEntry",
    "AuditKind",
    "Comment",
    "Device",
    "Employer",
    "Factor",
    "FactorKind",
    "Group",
    "ImportedError",
    "Inbox",
    "Learner",
    "LearnerRead",
    "LearningAim",
    "Mail",
    "MailKind",
    "Member",
    "MemberKind",
    "NameMerge",
    "Notification",
    "NotificationKind",
    "Organisation",
    "OrganisationCounter",
    "PasswordToken",
    "ProcessAutomation",
    "Programme",
    "ProgrammeStatus",
    "RecoveryCode",
    "RefreshToken",
    "Role",
    "Session",
    "SignInFailures",
    "SignInMethod",
    "SignOnAttempt",
    "SignOnDomain",
    "SignOnIdentity",
    "SignOnLogout",
    "SignOnProvider",
    "SignOnSession",
    "StoredFile",
    "TotpEnrolment",
    "Tracker",
    "TrackerCategory",
    "TrackerEvent",
    "TrackerEventKind",
    "TrackerStatus",
    "TrackerType",
    "TrackerTypeVersion",
    "UsedChallenge",
]
