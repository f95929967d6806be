"""Whether members must use single sign-on, which belongs to ``sign_on``; here is what signing in otherwise asks of it."""

from models import Member
from models.database import fetch
from services.kernel.errors import ErrorCode, Problem, ValidationFailed

_SIGN_ON_REQUIRED = Problem(
    ("email",), ErrorCode.SIGN_ON_REQUIRED, "Your organisation has its members sign in through single sign-on."
)


def domain_of(email: str) -> str:
    """Return the mail domain of a normalised address."""
    return email.rpartition("@")[2]


async def _sign_on_is_required(member: Member) -> bool:
    """Return whether a member may sign in through their organisation's provider only."""
    return bool(
        await fetch(
            "SELECT FROM sign_on_provider p JOIN sign_on_domain d ON d.provider_id = p.id "
            "WHERE p.required AND p.organisation_id = $1 AND d.domain = $2",
            member.organisation_id,
            domain_of(member.email),
        )
    )


async def refuse_without_sign_on(member: Member) -> None:
    """Raise ValidationFailed with SIGN_ON_REQUIRED for a member who may sign in through a provider only.

    Call it once a password, a factor or a link was right, so that nobody learns from it who has an account.
    """
    if await _sign_on_is_required(member):
        raise ValidationFailed([_SIGN_ON_REQUIRED])
