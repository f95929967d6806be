"""GraphQL types for second factors, and for what an organisation demands of them."""

import datetime as dt

import strawberry

import models
from schema.declaration.relay import Node
from schema.enums import FactorKind, Role


@strawberry.type(description="A second factor: what a member proves beside a password, or instead of it.")
class Factor(Node):
    """GraphQL type for a second factor, without its secrets."""

    model = models.Factor

    kind: FactorKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="The name that its member gave it.")
    created_at: dt.datetime = strawberry.field(description="When it was added.")
    last_used_at: dt.datetime | None = strawberry.field(
        description="When the member last signed in with it; null: never."
    )


@strawberry.type(
    description="Of whom an organisation demands a second factor. Whoever is concerned and has proved none in their session "
    "can read `viewer`, add one, refresh and sign out; everything else is FACTOR_REQUIRED."
)
class FactorRequirement:
    """GraphQL type for an organisation's demand of second factors."""

    everyone: bool = strawberry.field(description="Whether of every member.")
    roles: list[Role] = strawberry.field(description="If not of everyone: of the members with any of these roles.")
