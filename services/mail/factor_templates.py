"""The contents of the emails about second factors: each tells a member what somebody did with their account."""

from collections.abc import Mapping
from types import MappingProxyType

from models import MailKind
from services.mail.message import Content, one_line

_IF_NOT_YOU = (
    "If it was not you, choose another password at once, with the link for a forgotten password, and tell whoever "
    "manages the members of your organisation."
)
_NEWS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        MailKind.FACTOR_ADDED: (
            "A second factor was added",
            "A second factor was added to your account in the trackers of {}. From now on, signing in with your password needs it too.",
        ),
        MailKind.FACTOR_REMOVED: (
            "A second factor was removed",
            "A second factor was removed from your account in the trackers of {}, by you or by whoever manages its members.",
        ),
        MailKind.RECOVERY_CODES: (
            "New recovery codes were made",
            "New recovery codes were made for your account in the trackers of {}. The earlier ones no longer work.",
        ),
        MailKind.RECOVERY_CODE_USED: (
            "A recovery code was used",
            "A recovery code was used to sign in to your account in the trackers of {}. It works no more.",
        ),
        MailKind.WRONG_CODES: (
            "Somebody may know your password",
            "Your password for the trackers of {} was entered several times with wrong codes of your second factor. Nobody has signed in by "
            "that.",
        ),
    }
)
"""The subject and the opening of each, by the kind of email; ``{}`` stands for the organisation."""

FACTOR_NOTICES = frozenset(_NEWS)
"""The kinds of email that ``factor_notice`` composes."""


def factor_notice(kind: str, *, organisation: str, link: str) -> Content:
    """Return the content of the email that tells a member of a change of their second factors, or an attempt on them."""
    subject, opening = _NEWS[kind]
    name = one_line(organisation)
    return Content(
        subject=f"{subject}: the trackers of {name}",
        opening=opening.replace("{}", name),
        action="See your second factors and where you are signed in",
        link=link,
        closing=f"If it was you, there is nothing to do. {_IF_NOT_YOU}",
    )
