"""The accounts of the demo data, and a loader of the TOML files in this package."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from models import MemberKind, Role

NORTHGATE = "Northgate Training"
SOUTHBANK = "Southbank Skills"
PASSWORD = "demo-password-1"  # noqa: S105 - published in the documentation
"""The password of every demo account."""


@dataclass(frozen=True, slots=True)
class Account:
    """A demo member who can sign in."""

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


def load_toml(name: str) -> dict[str, Any]:
    """Load the file ``<name>.toml`` of this package."""
    return tomllib.loads(files("services.demo").joinpath(f"{name}.toml").read_text("utf-8"))
