"""GraphQL type for members of the organisation's staff."""

import strawberry

import models
from schema.declaration.fields import resolved_field
from schema.declaration.relay import Node
from schema.enums import MemberKind, Role


def _roles(root: strawberry.Parent[models.Member]) -> list[Role]:
    return [role for role in models.Role if role in root.roles]


@strawberry.type(description="A person of the organisation's staff: an administrator or a tutor.")
class Member(Node):
    """GraphQL type for a member."""

    model = models.Member

    name: str = strawberry.field(description="The name, as one reads it.")
    email: str = strawberry.field(description="The address that mails go to and that signs in.")
    kind: MemberKind = strawberry.field(description="What the member is in the organisation.")
    roles: list[Role] = resolved_field(_roles, "What the member may do beyond reading.", needs=("roles",))
    active: bool = strawberry.field(description="Whether the member can sign in and be given trackers.")
