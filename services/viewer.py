"""The viewer: the signed-in member on whose behalf a service acts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Member, MemberKind, Organisation, Role
from services.kernel.errors import ForbiddenError
from services.kernel.words import quote_enum

NO_SESSION = UUID(int=0)
"""The session of a viewer on whose behalf the server acts by itself. No address that it signs is valid."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in member with their organisation and session, as loaded from the database for this request."""

    member: Member
    organisation: Organisation
    session_id: UUID
    expires_at: datetime

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

    def require_role(self, role: Role) -> None:
        """Raise ForbiddenError unless the viewer has a role."""
        if not self.has(role):
            raise ForbiddenError(f"This needs the role {quote_enum(role)}.")
