"""Who can sign in to the demo data."""

from dataclasses import dataclass

from models import MemberKind, Role

NORTHGATE = "Northgate Training"
SOUTHBANK = "Southbank Skills"
PASSWORD = "demo-password-1"  # noqa: S105 - it is published with the accounts


@dataclass(frozen=True, slots=True)
class Account:
    """A member of the demo data; all have the same password."""

    email: str
    name: str
    organisation: str
    kind: MemberKind
    roles: tuple[Role, ...]


_ADMINISTRATOR, _TUTOR = MemberKind.ADMINISTRATOR, MemberKind.TUTOR
_CREATE = Role.CREATE_TRACKERS
_CREATE_AUTOMATIONS = Role.CREATE_PROCESS_AUTOMATION_TRACKERS
_EDIT_AUTOMATIONS = Role.EDIT_PROCESS_AUTOMATION_TRACKERS

ACCOUNTS = (
    Account("admin@northgate.example", "Amara Osei", NORTHGATE, _ADMINISTRATOR, tuple(Role)),
    Account("approver@northgate.example", "Priya Raman", NORTHGATE, _ADMINISTRATOR, (_CREATE, _EDIT_AUTOMATIONS)),
    Account(
        "officer@northgate.example",
        "Gareth O'Neill",
        NORTHGATE,
        _ADMINISTRATOR,
        (_CREATE, _CREATE_AUTOMATIONS),
    ),
    Account("tutor@northgate.example", "Zoë Whitfield", NORTHGATE, _TUTOR, (_CREATE,)),
    Account("reader@northgate.example", "Tomasz Żak", NORTHGATE, _TUTOR, ()),
    Account("admin@southbank.example", "Helen Fraser", SOUTHBANK, _ADMINISTRATOR, tuple(Role)),
    Account("tutor@southbank.example", "Idris Bello", SOUTHBANK, _TUTOR, (_CREATE,)),
)
