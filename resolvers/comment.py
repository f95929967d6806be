"""Commenting on trackers."""

from typing import Annotated, Any

import strawberry

from models import Comment
from schema.comment import AddCommentInput, AddCommentPayload, comment_of
from schema.context import Info
from schema.relay import EdgeOf
from services.paging.keyset import encode_cursor
from services.trackers import comments


async def add_comment(
    info: Info, given: Annotated[AddCommentInput, strawberry.argument(name="input", description="The comment.")]
) -> AddCommentPayload:
    """Say something about a tracker."""
    made = await comments.add_comment(info.context.require_viewer(), comment_of(given))
    row: Any = await Comment.get(id=made)
    edge: Any = EdgeOf(row, encode_cursor(comments.OLDEST_FIRST, [row.created_at, row.id]))
    return AddCommentPayload(comment=row, comment_edge=edge)
