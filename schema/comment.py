"""GraphQL type for comments on trackers."""

import datetime as dt
from typing import Any

import strawberry

import models
from schema.context import Info
from schema.fields import resolved_field
from schema.member import Member
from schema.relay import Node


async def _author(root: strawberry.Parent[models.Comment], info: Info) -> Any:
    return await info.context.loaders.references.load(root.author_id)


@strawberry.type(description="What somebody said about a tracker.")
class Comment(Node):
    """GraphQL type for a comment."""

    author: Member = resolved_field(_author, "Who said it.")
    text: str = strawberry.field(description="What was said.")
    created_at: dt.datetime = strawberry.field(description="When.")
