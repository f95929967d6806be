"""Who asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Member, MemberKind, Organisation, Role
from services.kernel.errors import ForbiddenError


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in member as the database has them now, and the organisation everything is filtered by."""

    member: Member
    organisation: Organisation
    session_id: UUID
    expires_at: datetime

    @property
    def member_id(self) -> UUID:
        """The member's id."""
        return self.member.id

    @property
    def organisation_id(self) -> UUID:
        """The organisation's id."""
        return self.organisation.id

    @property
    def is_administrator(self) -> bool:
        """Whether the viewer sees all of the organisation."""
        return self.member.kind == MemberKind.ADMINISTRATOR

    def has(self, role: Role) -> bool:
        """Whether the viewer holds a role."""
        return role in self.member.roles

    def require_role(self, role: Role) -> None:
        """Raise ForbiddenError unless the viewer holds a role."""
        if not self.has(role):
            raise ForbiddenError(f"This needs the role {role}.")
