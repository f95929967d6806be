"""GraphQL type for programmes."""

import strawberry

import models
from schema.declaration.relay import Node


@strawberry.type(description="A programme of the provider.")
class Programme(Node):
    """GraphQL type for a programme."""

    model = models.Programme

    name: str = strawberry.field(description="Its name.")
