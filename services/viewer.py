"""The viewer: the signed-in member on whose behalf a service acts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Member, MemberKind, Organisation, Role
from services.kernel.errors import ErrorCode, FactorRequiredError, ForbiddenError, Problem, ValidationFailed
from services.kernel.words import quote_enum

NO_SESSION = UUID(int=0)
"""The session of a viewer on whose behalf the server acts by itself. No address that it signs is valid."""
RECENT_SIGN_IN_MINUTES = 10
"""How long after a password or a factor was given a session may change members, settings and the like."""

_SIGN_IN_AGAIN = Problem(
    (),
    ErrorCode.SIGN_IN_AGAIN,
    f"You signed in more than {RECENT_SIGN_IN_MINUTES} minutes ago. Sign in again to do this.",
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in member with their organisation and session, as loaded from the database for this request.

    ``signed_in_recently`` says whether a password or a factor was given in the session within the last 10 minutes,
    ``second_factor`` whether a second factor was proved in it.
    """

    member: Member
    organisation: Organisation
    session_id: UUID
    expires_at: datetime
    signed_in_recently: bool = False
    second_factor: bool = False

    @property
    def member_id(self) -> UUID:
        """Return the member's id."""
        return self.member.id

    @property
    def organisation_id(self) -> UUID:
        """Return the id of the organisation, by which every query is filtered."""
        return self.organisation.id

    @property
    def is_administrator(self) -> bool:
        """Return whether the viewer is an administrator, who may see everything in the organisation."""
        return self.member.kind == MemberKind.ADMINISTRATOR

    def has(self, role: Role) -> bool:
        """Return whether the viewer has a role."""
        return role in self.member.roles

    @property
    def is_factor_demanded(self) -> bool:
        """Return whether the organisation demands a second factor of the viewer."""
        organisation = self.organisation
        return demands_factor(organisation.factor_required, organisation.factor_required_roles, self.member.roles)

    @property
    def must_add_factor(self) -> bool:
        """Return whether a second factor is demanded of the viewer that was not proved in the session."""
        return not self.second_factor and self.is_factor_demanded

    def require_factor(self) -> None:
        """Raise FactorRequiredError if the viewer must add a second factor before they may do anything else."""
        if self.must_add_factor:
            raise FactorRequiredError

    def require_role(self, role: Role) -> None:
        """Raise ForbiddenError unless the viewer has a role."""
        if not self.has(role):
            raise ForbiddenError(f"This needs the role {quote_enum(role)}.")

    def require_recent_sign_in(self) -> None:
        """Raise ValidationFailed with SIGN_IN_AGAIN unless the viewer signed in recently, so that a stolen session is not enough.

        Roles are required first: who may not do something at all is not asked to sign in for it.
        """
        if not self.signed_in_recently:
            raise ValidationFailed([_SIGN_IN_AGAIN])


def demands_factor(everyone: bool, demanded_roles: Collection[str], roles: Collection[str]) -> bool:
    """Return whether a second factor is demanded of a member with these roles.

    ``current_viewers`` asks the same in SQL.
    """
    return everyone or any(role in demanded_roles for role in roles)
