"""The input and payload of the ``addComment`` mutation."""

import strawberry

import models
from schema.comment import Comment
from schema.declaration.relay import Edge
from schema.input_error import InputError
from schema.inputs.ids import decode_id
from services.trackers.comments import CommentEntry


@strawberry.input(description="What is said about a tracker.")
class AddCommentInput:
    """Input of the ``addComment`` mutation."""

    tracker_id: strawberry.ID = strawberry.field(description="About which tracker.")
    text: str = strawberry.field(description="What, in at most 10,000 characters.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="1 to 200 characters, the member's own: the same comment again answers the one that it made, "
        "another is refused. Spent only by success.",
    )

    def decode(self) -> CommentEntry:
        """Convert the input to a ``CommentEntry``."""
        tracker_id = decode_id(self.tracker_id, models.Tracker)
        return CommentEntry(tracker_id=tracker_id, text=self.text, idempotency_key=self.idempotency_key)


@strawberry.type(description="What came of commenting.")
class AddCommentPayload:
    """Payload of the ``addComment`` mutation."""

    comment: Comment | None = strawberry.field(default=None, description="The comment; null when refused.")
    comment_edge: Edge[Comment] | None = strawberry.field(
        default=None, description="The comment as an edge of `comments`, to put behind a list; null when refused."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with it.")
