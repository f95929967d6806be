"""GraphQL enums: the Python enums of ``models`` and ``services``, registered with descriptions.

Other schema modules import the enums from here, so that the descriptions are in place before the schema is built.
"""

from enum import Enum
from typing import Any

import strawberry

from models import (
    AuditKind,
    FactorKind,
    MemberKind,
    NotificationKind,
    ProgrammeStatus,
    Role,
    SignInMethod,
    TrackerCategory,
    TrackerEventKind,
    TrackerStatus,
)
from services.forms.definitions import FieldKind, ReferenceTarget, TextFormat
from services.kernel.errors import ErrorCode
from services.trackers.listing.orders import TrackerOrderField

__all__ = [
    "AuditKind",
    "ErrorCode",
    "FactorKind",
    "FieldKind",
    "MemberKind",
    "NotificationKind",
    "OrderDirection",
    "ProgrammeStatus",
    "ReferenceTarget",
    "Role",
    "SignInMethod",
    "TextFormat",
    "TrackerCategory",
    "TrackerEventKind",
    "TrackerOrderField",
    "TrackerStatus",
]


class OrderDirection(Enum):
    """The direction of sorting, ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


def _describe(enum: type[Enum], description: str, **values: str) -> None:
    graphql_enum: Any = strawberry.enum(enum, description=description)
    for value in graphql_enum.__strawberry_definition__.values:
        value.description = values[value.name]


_describe(
    MemberKind,
    "What somebody is in the organisation.",
    ADMINISTRATOR="Sees everything of the organisation and can be given trackers by anyone.",
    TUTOR="Sees the learners they teach and the trackers that concern them.",
)
_describe(
    Role,
    "What a member may do beyond reading.",
    CREATE_TRACKERS="Open trackers.",
    CREATE_PROCESS_AUTOMATION_TRACKERS="Raise process automations; in addition to CREATE_TRACKERS.",
    EDIT_PROCESS_AUTOMATION_TRACKERS="Edit, approve and reject process automations.",
    MANAGE_SETTINGS="Manage tracker types, process automations and the demand of second factors; read the audit.",
    MANAGE_MEMBERS="Manage members and their roles.",
)
_describe(
    AuditKind,
    "What was done.",
    MEMBER_CREATED="A member was added and invited.",
    MEMBER_UPDATED="A member's name, kind, roles or activity was changed.",
    MEMBER_DUPLICATE="A member was to be added with an address that is taken.",
    PASSWORD_SET="A member chose a password, or the operator removed it.",  # noqa: S106 - a kind of event
    SIGNED_IN="A member signed in.",
    SIGN_IN_FAILED="A sign-in was refused.",
    SESSIONS_ENDED="Sessions of a member were ended.",
    FACTOR_ADDED="A member added a second factor.",
    FACTOR_REMOVED="A second factor of a member was removed.",
    FACTOR_REQUIREMENT_UPDATED="The organisation's demand of a second factor was changed.",
    RECOVERY_CODES_RENEWED="A member made new recovery codes.",
    TYPE_CREATED="A tracker type was added.",
    TYPE_UPDATED="A tracker type was changed.",
    AUTOMATION_UPDATED="A process automation was switched on or off, or its four-eyes rule.",
    EMPLOYER_CREATED="An employer was added.",
    EMPLOYER_UPDATED="An employer was changed.",
    IMPORTED="A file was imported.",
    SIGN_ON_CHANGED="The operator set or removed the organisation's provider for single sign-on.",
    SIGN_ON_BOUND="A member signed in through the provider for the first time, and is bound to their account there.",
)
_describe(
    SignInMethod,
    "How a session was opened.",
    PASSWORD="With e-mail address and password.",  # noqa: S106 - a way to sign in
    PASSWORD_LINK="By choosing a password with the link of an invitation or a reset.",  # noqa: S106 - a way to sign in
    PASSKEY="With a passkey.",
    SIGN_ON="Through the organisation's identity provider.",
)
_describe(
    FactorKind,
    "What a second factor is.",
    TOTP="An authenticator app, whose codes change every 30 seconds (RFC 6238).",
    PASSKEY="A passkey (WebAuthn), which signs in by itself.",
)
_describe(
    ProgrammeStatus,
    "Where a learner stands in the programme.",
    ONBOARDING="Signing up.",
    READY_TO_ENROL="Signed up, not yet enrolled.",
    ACTIVE="Learning.",
    ON_A_BREAK="On an agreed break in learning.",
    ENTERED_EPA="Through the gateway, in assessment (EPA).",
    PENDING_CHANGE="Between two programmes.",
    COMPLETE="Finished.",
    WITHDRAWN="Left before the end.",
)
_describe(
    TrackerCategory,
    "What a tracker type is for.",
    EMPLOYABILITY="What became of a learner: a job, a course, a business.",
    FUNDED="Publicly funded programmes (DWP, DfE or a combined authority): the ILR return and compliance.",
    CUSTOM="The organisation's own.",
    PROCESS_AUTOMATION="A change of the learner's record, carried out once it is approved.",
)
_describe(
    TrackerStatus,
    "Where a tracker stands.",
    NEW="Opened; somebody has to see to it.",
    APPROVED="A process automation that is approved and not yet applied.",
    RESOLVED="Done; a process automation: applied.",
    REJECTED="Declined; it must be done again or given up.",
    CLOSED="Finished with.",
)
_describe(
    TrackerOrderField,
    "By what trackers can be ordered.",
    CREATED_AT="When they were opened.",
    UPDATED_AT="When they last changed.",
    DUE_DATE="When they are due.",
    STATUS="Where they stand, from NEW to CLOSED.",
    TYPE="The name of their type.",
    LEARNER="The learner's name, as one reads it.",
    ASSIGNEE="The name of the member to whom they are given.",
    CREATED_BY="The name of the member who opened them.",
    NUMBER="Their number.",
)
_describe(
    OrderDirection,
    "Which end of a list comes first.",
    ASC="The smallest, the earliest, the first in the alphabet.",
    DESC="The largest, the latest, the last in the alphabet.",
)
_describe(
    TrackerEventKind,
    "What happened to a tracker.",
    CREATED="It was opened.",
    UPDATED="Its fields were changed.",
    ASSIGNED="It was given to somebody else.",
    STATUS_CHANGED="Its status changed.",
    COMMENTED="Somebody commented.",
    APPLIED="The learner's record was changed as approved.",
    APPLY_FAILED="The learner's record could not be changed; the reason is told.",
)
_describe(
    NotificationKind,
    "Why a member is told.",
    ASSIGNED="A tracker was given to them.",
    STATUS_CHANGED="A tracker's status changed.",
    COMMENTED="Somebody commented on a tracker.",
    APPLIED="An approved automation was applied.",
    APPLY_FAILED="An approved automation could not be applied.",
    UPDATED="A tracker was changed.",
)
_describe(
    FieldKind,
    "What a field holds.",
    TEXT="Text, of one line or several.",
    INTEGER="A whole number.",
    DECIMAL="A number with decimal places.",
    DATE="A day.",
    BOOLEAN="Yes or no.",
    CHOICE="One or several of a list.",
    REFERENCE="A member, an employer or a programme.",
    FILE="Uploaded files.",
)
_describe(
    TextFormat,
    "The rule that a text follows.",
    EMAIL="An e-mail address.",
    PHONE="A telephone number.",
    URL="A web address, http or https.",
    POSTCODE="A UK postcode as the ILR takes it. Case, white space and punctuation are ignored.",
    NATIONAL_INSURANCE_NUMBER="A National Insurance number (ILR rule NINumber_01). Case, white space and punctuation "
    "are ignored.",
    ULN="A unique learner number with its check digit (ILR rule ULN_04).",
    UKPRN="A UK provider reference number.",
    EMPLOYER_ID="An employer identifier (EDRS) with its check digit.",
    LEARNING_AIM_REFERENCE="A learning aim reference of LARS.",
    STANDARD_REFERENCE="An apprenticeship standard, `ST0001`, a foundation apprenticeship, `FA0001`, or an apprenticeship unit, `AU0001`.",
    EPA_ORGANISATION_ID="An assessment organisation (EPAO): `EPA0001`, or its UKPRN.",
    UTR="A unique taxpayer reference with its check digit.",
    ILR_YEAR="An ILR year: `26-27`.",
    PERSON_NAME="A name as the ILR takes it: no digits.",
    ADDRESS_LINE="An address line as the ILR takes it.",
)
_describe(
    ReferenceTarget,
    "What a reference points to.",
    MEMBER="A member of the organisation.",
    EMPLOYER="An employer of the organisation.",
    PROGRAMME="A programme of the organisation.",
)
_describe(
    ErrorCode,
    "What is wrong with an entry, for programs.",
    REQUIRED="It must be filled.",
    UNKNOWN_FIELD="The type has no such field, or its condition hides it.",
    UNKNOWN_TYPE="There is no such tracker type.",
    TYPE_CHANGED="The form was built on an older version of the type.",
    WRONG_KIND="The value is of another kind: a date where a number belongs.",
    TOO_SHORT="Fewer characters than the minimum.",
    TOO_LONG="More characters than the maximum.",
    TOO_SMALL="Below the minimum.",
    TOO_LARGE="Above the maximum.",
    TOO_EARLY="Before the earliest day.",
    TOO_LATE="After the latest day.",
    TOO_MANY="More entries than are taken.",
    INVALID_FORMAT="Not written as its format asks.",
    INVALID_CHECKSUM="The check digit does not fit: probably a typing error.",
    NOT_A_CHOICE="Not in the list, or not in it today.",
    NOT_CONFIRMED="An employer that is not confirmed.",
    DUPLICATE="It is there already, or given twice.",
    NOT_FOUND="The id names nothing that the viewer may use.",
    NOT_ASSIGNABLE="This member cannot be given trackers.",
    STATUS_NOT_ALLOWED="No such step between statuses.",
    IMMUTABLE="It cannot be changed any more.",
    FORBIDDEN="The viewer's roles do not permit it.",
    PRECONDITION_FAILED="The learner's record is not as this process automation needs it.",
    CONFLICT="Somebody else changed it: read again.",
    IDEMPOTENCY_KEY_REUSED="The same key with another entry.",
    INVALID_CREDENTIALS="The e-mail address or password, the code, the passkey or the token is not right.",
    RATE_LIMITED="Too many attempts; parameter `retryAfter`, in seconds.",
    SIGN_IN_AGAIN="The session's sign-in is too long ago for this. Sign in again, and repeat it with the new token.",
    SIGN_ON_REQUIRED="The organisation has its members sign in through single sign-on: `beginSignOn`.",
    PROVIDER_UNAVAILABLE="The organisation's sign-on service does not answer; try again in a moment.",
    TOO_COMMON="A password that is easily guessed: a common one, or one with a name in it.",
    FACTOR_REQUIRED="A second factor is needed: its code at `code`.",
)
