"""GraphQL type for comments on trackers."""

import datetime as dt

import strawberry

import models
from schema.fields import edge
from schema.member import Member
from schema.relay import Node


@strawberry.type(description="What somebody said about a tracker.")
class Comment(Node):
    """GraphQL type for a comment."""

    model = models.Comment

    author: Member = edge("author", "Who said it.")
    text: str = strawberry.field(description="What was said.")
    created_at: dt.datetime = strawberry.field(description="When.")
