"""Comments."""

import datetime as dt
from typing import Any

import strawberry

import models
from schema.context import Info
from schema.fields import edge
from schema.input_error import InputError
from schema.member import Member
from schema.relay import Edge, Node, row_id
from services.trackers.comments import CommentEntry


async def _author(root: strawberry.Parent[models.Comment], info: Info) -> Any:
    return await info.context.loaders.neighbours.load(root.author_id)


@strawberry.type(description="What somebody said about a tracker.")
class Comment(Node):
    """The whitelist over a comment's row."""

    author: Member = edge(_author, "Who said it.")
    text: str = strawberry.field(description="What was said.")
    created_at: dt.datetime = strawberry.field(description="When.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether a row is a comment's."""
        return isinstance(value, models.Comment)


@strawberry.input(description="What is said about a tracker.")
class AddCommentInput:
    """The input of addComment."""

    tracker_id: strawberry.ID = strawberry.field(description="About which tracker.")
    text: str = strawberry.field(description="What, in at most 10,000 characters.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="1 to 200 characters, the member's own: the same comment again answers the one that it made, "
        "another is refused. Spent only by success.",
    )


@strawberry.type(description="What came of commenting.")
class AddCommentPayload:
    """A comment, or all that is wrong with it."""

    comment: Comment | None = strawberry.field(default=None, description="The comment; null when refused.")
    comment_edge: Edge[Comment] | None = strawberry.field(
        default=None, description="The comment as an edge of `comments`, to put behind a list; null when refused."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with it.")


def comment_of(given: AddCommentInput) -> CommentEntry:
    """The entry as the rules take it."""
    tracker_id = row_id(given.tracker_id, models.Tracker)
    return CommentEntry(tracker_id=tracker_id, text=given.text, idempotency_key=given.idempotency_key)
