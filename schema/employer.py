"""GraphQL type for employers."""

import strawberry

import models
from schema.declaration.relay import Node


@strawberry.type(description="An employer that learners work for.")
class Employer(Node):
    """GraphQL type for an employer."""

    model = models.Employer

    name: str = strawberry.field(
        description="Its name; one that came with an ILR return has its number until it is named."
    )
    confirmed: bool = strawberry.field(
        description="Whether somebody has confirmed it; a job is proved with these only."
    )
