"""The errors that services raise: problems of an input, each with its path, and requests that are refused as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class ErrorCode(StrEnum):
    """The kind of a problem, for programs."""

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
    """One thing that is wrong with an input.

    ``path`` names the input's fields that lead to it, in snake_case (``("due_date",)``, ``("values", key)``);
    ``parameters`` are the figures of the message by name; ``rule`` is the official rule, if any (``"ULN_04"``).
    """

    path: tuple[str, ...]
    code: ErrorCode
    message: str
    parameters: tuple[tuple[str, str], ...] = ()
    rule: str | None = None


class ValidationFailed(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """Raised for an invalid input, with all its ``problems``.

    ``current`` holds rows as they are now, by the names that the payload has for them: on CONFLICT the row in question.
    """

    def __init__(self, problems: Iterable[Problem], *, current: Mapping[str, object] = MappingProxyType({})) -> None:
        self.problems = tuple(problems)
        self.current = current
        super().__init__(", ".join(f"{'.'.join(p.path)}: {p.code}" for p in self.problems))


class DomainError(Exception):
    """Base of the errors that refuse a whole request; ``code`` is for programs, and ``details`` are sent beside it."""

    code = "REFUSED"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details: Mapping[str, Any] = details


class UnauthenticatedError(DomainError):
    """Raised where nobody is signed in, or the session has ended."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class ForbiddenError(DomainError):
    """Raised where the viewer lacks the role that the whole request needs."""

    code = "FORBIDDEN"


class BadRequestError(DomainError):
    """Raised for an argument that makes no sense; ``path`` leads to it."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message, path=list(path))
