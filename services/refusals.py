"""Refusals of a whole request, as against ``Rejected``, which is about the entries of one input."""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is not served; ``code`` says why to programs, ``details`` goes with it."""

    code = "REFUSED"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details: Mapping[str, object] = details


class Unauthenticated(Refusal):
    """Nobody is signed in, or the sign-in has ended."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class Forbidden(Refusal):
    """The viewer's roles do not open this at all."""

    code = "FORBIDDEN"


class BadRequest(Refusal):
    """The request makes no sense; ``path`` names the argument."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message, path=list(path))
