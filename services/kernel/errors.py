"""What is wrong with an entry, said all at once and each in its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class ErrorCode(StrEnum):
    """What is wrong, for programs."""

    REQUIRED = "REQUIRED"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    TYPE_CHANGED = "TYPE_CHANGED"
    WRONG_KIND = "WRONG_KIND"
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    TOO_SMALL = "TOO_SMALL"
    TOO_LARGE = "TOO_LARGE"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    TOO_MANY = "TOO_MANY"
    INVALID_FORMAT = "INVALID_FORMAT"
    INVALID_CHECKSUM = "INVALID_CHECKSUM"
    NOT_A_CHOICE = "NOT_A_CHOICE"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    DUPLICATE = "DUPLICATE"
    NOT_FOUND = "NOT_FOUND"
    NOT_ASSIGNABLE = "NOT_ASSIGNABLE"
    STATUS_NOT_ALLOWED = "STATUS_NOT_ALLOWED"
    IMMUTABLE = "IMMUTABLE"
    FORBIDDEN = "FORBIDDEN"
    PRECONDITION_FAILED = "PRECONDITION_FAILED"
    CONFLICT = "CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    RATE_LIMITED = "RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an entry.

    ``path`` leads to it by the names of the input's fields (``("values", "startDate")``), ``parameters`` are
    the figures behind the message, and ``rule`` names the official rule, if there is one (``"ULN_04"``).
    """

    path: tuple[str, ...]
    code: ErrorCode
    message: str
    parameters: tuple[tuple[str, str], ...] = ()
    rule: str | None = None


class ValidationFailed(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """An entry was refused; ``problems`` says everything that is wrong with it.

    ``standing`` is what the refused caller should read instead, by its name: on CONFLICT the row as it now stands.
    """

    def __init__(self, problems: Iterable[Problem], *, current: Mapping[str, object] = MappingProxyType({})) -> None:
        self.problems = tuple(problems)
        self.current = current
        super().__init__(", ".join(f"{'.'.join(p.path)}: {p.code}" for p in self.problems))


class DomainError(Exception):
    """A request that is not served; ``code`` says why to programs, ``details`` goes with it."""

    code = "REFUSED"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details: Mapping[str, Any] = details


class UnauthenticatedError(DomainError):
    """Nobody is signed in, or the sign-in has ended."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class ForbiddenError(DomainError):
    """The viewer's roles do not open this at all."""

    code = "FORBIDDEN"


class BadRequestError(DomainError):
    """The request makes no sense; ``path`` names the argument."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message, path=list(path))
