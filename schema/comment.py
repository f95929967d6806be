"""GraphQL type for comments on trackers."""

import datetime as dt

import strawberry

import models
from schema.declaration.fields import edge
from schema.declaration.relay import Node
from schema.member import Member


@strawberry.type(description="What somebody said about a tracker.")
class Comment(Node):
    """GraphQL type for a comment."""

    model = models.Comment

    author: Member = edge("author", "Who said it.")
    text: str = strawberry.field(description="What was said.")
    created_at: dt.datetime = strawberry.field(description="When.")
