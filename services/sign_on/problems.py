"""What a person is told when a sign-on does not succeed. What was wrong exactly is in the log, for the operator."""

from typing import Final

from services.kernel.errors import ErrorCode, Problem

NO_PROVIDER: Final = Problem(
    ("email",),
    ErrorCode.NOT_FOUND,
    "There is no single sign-on for addresses of this domain. Sign in with your password.",
)
UNAVAILABLE: Final = Problem(
    (), ErrorCode.PROVIDER_UNAVAILABLE, "Your organisation's sign-on service does not answer. Try again in a moment."
)
EXPIRED: Final = Problem(
    (),
    ErrorCode.INVALID_CREDENTIALS,
    "This sign-on has expired, has been completed already, or was begun elsewhere. Start again.",
)
CANCELLED: Final = Problem(
    (), ErrorCode.INVALID_CREDENTIALS, "Your organisation's sign-on service did not sign you in. Start again."
)
INVALID_ANSWER: Final = Problem(
    (),
    ErrorCode.INVALID_CREDENTIALS,
    "The answer of your organisation's sign-on service was not valid. If it happens again, tell your administrator.",
)
UNVERIFIED: Final = Problem(
    (), ErrorCode.FORBIDDEN, "Your organisation's sign-on service has not confirmed that your e-mail address is yours."
)
FOREIGN_DOMAIN: Final = Problem(
    (), ErrorCode.FORBIDDEN, "Your e-mail address is not one of your organisation's. Sign on with the other account."
)
NO_MEMBER: Final = Problem(
    (), ErrorCode.FORBIDDEN, "You have no account here that you may use. Ask an administrator of your organisation."
)
TOO_MANY_GROUPS: Final = Problem(
    (),
    ErrorCode.FORBIDDEN,
    "Your organisation's sign-on service has left out your groups, because they are too many. Tell your administrator.",
)
"""Not NO_MEMBER, and not a member without roles: the administrator can mend it at the provider."""
