"""The inputs and payloads of the ``createMember`` and ``updateMember`` mutations."""

import strawberry

import models
from schema.enums import MemberKind, Role
from schema.input_error import InputError
from schema.inputs.absent import absent_if_unset
from schema.inputs.ids import decode_id
from schema.member import Member
from services.accounts.member_changes import MemberEntry, MemberUpdate


@strawberry.input(description="What is entered to add a member. They get a mail with a link to choose a password.")
class CreateMemberInput:
    """Input of the ``createMember`` mutation."""

    name: str = strawberry.field(description="The name, as one reads it, in at most 200 characters.")
    email: str = strawberry.field(
        description="The address that mails go to and that signs in; nobody else's in the whole installation."
    )
    kind: MemberKind = strawberry.field(
        description="What the member is in the organisation; only an administrator makes another one."
    )
    roles: list[Role] = strawberry.field(
        default_factory=list,
        description="What the member may do beyond reading; nobody grants a role that they lack.",
    )

    def decode(self) -> MemberEntry:
        """Convert the input to a ``MemberEntry``."""
        return MemberEntry(name=self.name, email=self.email, kind=self.kind, roles=tuple(self.roles))


@strawberry.input(description="What is entered to change a member. A slot that is absent keeps what there is.")
class UpdateMemberInput:
    """Input of the ``updateMember`` mutation."""

    id: strawberry.ID = strawberry.field(description="The member.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name, in at most 200 characters. Null is refused."
    )
    kind: MemberKind | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the member is; only an administrator makes another one. Null is refused.",
    )
    roles: list[Role] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All roles that the member is to have. Nobody changes their own, or grants one that they lack. "
        "Null is refused; [] takes all away.",
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="False switches the member off: every session ends, every link that was mailed stops working, and "
        "nobody can give them a tracker. The last active administrator stays, and so does the last active member with "
        "MANAGE_MEMBERS or MANAGE_SETTINGS. True grants what the member has. Null is refused.",
    )

    def decode(self) -> MemberUpdate:
        """Convert the input to a ``MemberUpdate``."""
        return MemberUpdate(
            member_id=decode_id(self.id, models.Member),
            name=absent_if_unset(self.name),
            kind=absent_if_unset(self.kind),
            roles=absent_if_unset(self.roles, tuple),
            active=absent_if_unset(self.active),
        )


@strawberry.type(description="What came of adding a member.")
class CreateMemberPayload:
    """Payload of the ``createMember`` mutation."""

    member: Member | None = strawberry.field(default=None, description="The member; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


@strawberry.type(description="What came of changing a member.")
class UpdateMemberPayload:
    """Payload of the ``updateMember`` mutation."""

    member: Member | None = strawberry.field(default=None, description="The member as they now are; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
