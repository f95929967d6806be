"""The errors that services raise: validation problems with their paths, and refusals of whole requests."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class ErrorCode(StrEnum):
    """The machine-readable kind of a problem."""

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
    SIGN_IN_AGAIN = "SIGN_IN_AGAIN"
    SIGN_ON_REQUIRED = "SIGN_ON_REQUIRED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    TOO_COMMON = "TOO_COMMON"
    FACTOR_REQUIRED = "FACTOR_REQUIRED"


class Problem(NamedTuple):
    """A problem with an input.

    ``path`` contains the names of the nested input fields, in snake_case (``("due_date",)``, ``("values", key)``);
    ``parameters`` are the figures in the message, by name; ``rule`` is the official rule that is violated, if any
    (``"ULN_04"``).
    """

    path: tuple[str, ...]
    code: ErrorCode
    message: str
    parameters: tuple[tuple[str, str], ...] = ()
    rule: str | None = None


class ValidationFailed(Exception):  # noqa: N818 - the client's error, not the server's
    """Raised for an invalid input, with all of its ``problems``.

    ``current`` maps fields of the payload to current rows; on CONFLICT, it contains the row in question.
    """

    def __init__(self, problems: Iterable[Problem], *, current: Mapping[str, object] = MappingProxyType({})) -> None:
        self.problems = tuple(problems)
        self.current = current
        super().__init__(", ".join(f"{'.'.join(p.path)}: {p.code}" for p in self.problems))


class DomainError(Exception):
    """Base class of errors that reject a whole request, with a machine-readable ``code`` and further ``details``.

    The names of details are in snake_case, as are the steps of a ``path`` among them.
    """

    code = "REFUSED"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details: Mapping[str, Any] = details


class UnauthenticatedError(DomainError):
    """Raised when the client is not signed in, or its session has ended."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class FactorRequiredError(DomainError):
    """Raised when the viewer's organisation demands a second factor that was not proved in the session."""

    code = "FACTOR_REQUIRED"

    def __init__(self) -> None:
        super().__init__("Your organisation demands a second factor: add one first.")


class ForbiddenError(DomainError):
    """Raised when the viewer lacks a role that the whole request requires."""

    code = "FORBIDDEN"


class BadRequestError(DomainError):
    """Raised for an invalid argument; ``path`` leads to it."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message, path=list(path))
