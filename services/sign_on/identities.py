"""Who a provider says that a person is, as far as it is believed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models import Role, SignOnProvider
from services.accounts.required_sign_on import domain_of
from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.errors import Problem
from services.kernel.text import normalise_email
from services.sign_on.problems import FOREIGN_DOMAIN, TOO_MANY_GROUPS, UNVERIFIED

STANDARD_VERIFIED_CLAIM: Final = "email_verified"
HOSTED_DOMAIN_CLAIMS: Final = {"https://accounts.google.com": "hd"}
"""Issuers whose accounts may belong to anybody, and the claim that names the organisation that an account belongs to."""
MAX_GROUPS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Identity:
    """A person at a provider, with a confirmed address in one of the organisation's domains."""

    subject: str
    email: str
    name: str
    roles: Collection[Role] | None
    """The roles of their groups; None if groups decide no roles."""


class IdentityRefused(Exception):  # noqa: N818 - a decision
    """Raised when a person may not sign in as the one whom the provider names; the log gets its message."""

    def __init__(self, reason: str, problem: Problem) -> None:
        self.problem = problem
        super().__init__(reason)


def read_identity(provider: SignOnProvider, domains: Collection[str], claims: Mapping[str, Any]) -> Identity:
    """Return the identity in a provider's claims. Raises IdentityRefused."""
    email = _read_email(claims)
    if not _is_verified(provider, claims):
        raise IdentityRefused(f"the claim {provider.verified_claim} is not true", UNVERIFIED)
    hosted_by = HOSTED_DOMAIN_CLAIMS.get(provider.issuer)
    if domain_of(email) not in domains or (hosted_by is not None and claims.get(hosted_by) not in domains):
        raise IdentityRefused("the address is not of one of its domains", FOREIGN_DOMAIN)
    return Identity(claims["sub"], email, _read_name(claims, email), _read_roles(provider, claims))


def _read_email(claims: Mapping[str, Any]) -> str:
    email = claims.get("email")
    if not isinstance(email, str):
        raise IdentityRefused("there is no claim email", UNVERIFIED)
    email = normalise_email(email)
    if isinstance(check_format(TextFormat.EMAIL, email), FormatProblem):
        raise IdentityRefused("the claim email is not an address", UNVERIFIED)
    return email


def _is_verified(provider: SignOnProvider, claims: Mapping[str, Any]) -> bool:
    value = claims.get(provider.verified_claim)
    if provider.verified_claim == STANDARD_VERIFIED_CLAIM:
        return value is True
    return value in (True, "1", "true")  # as Entra ID writes xms_edov; 1 is equal to True


def _read_name(claims: Mapping[str, Any], email: str) -> str:
    """Return the person's name or, without one, the local part of the address."""
    names = [claims.get("name"), " ".join(str(claims.get(part) or "") for part in ("given_name", "family_name"))]
    return next((name.strip() for name in names if isinstance(name, str) and name.strip()), email.partition("@")[0])


def _read_roles(provider: SignOnProvider, claims: Mapping[str, Any]) -> Collection[Role] | None:
    if provider.role_claim is None:
        return None
    groups = claims.get(provider.role_claim)
    if groups is None and _groups_are_elsewhere(provider.role_claim, claims):
        raise IdentityRefused(
            "the groups are too many for the token: have it hold those assigned only", TOO_MANY_GROUPS
        )
    if isinstance(groups, str):
        groups = [groups]
    if not isinstance(groups, list):
        groups = []
    if len(groups) > MAX_GROUPS:
        raise IdentityRefused(f"the groups are more than {MAX_GROUPS}", TOO_MANY_GROUPS)
    names = {group for group in groups if isinstance(group, str)}
    granted = {role for group, roles in provider.roles.items() if group in names for role in roles}
    return [role for role in Role if role.value in granted]


def _groups_are_elsewhere(claim: str, claims: Mapping[str, Any]) -> bool:
    """Return whether the token says that its groups must be asked for, which would else read as having none."""
    names = claims.get("_claim_names")
    return bool(claims.get("hasgroups")) or (isinstance(names, dict) and claim in names)
