"""GraphQL type for programmes."""

import strawberry

from schema.relay import Node


@strawberry.type(description="A programme of the provider.")
class Programme(Node):
    """GraphQL type for a programme."""

    name: str = strawberry.field(description="Its name.")
