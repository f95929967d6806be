"""The mutation for comments."""

from typing import Annotated, Any

import strawberry

from models import Comment
from schema.context import Info
from schema.declaration.relay import EdgeData
from schema.inputs.comment import AddCommentInput, AddCommentPayload
from schema.reading.selection import selected_row
from services.paging.keyset import encode_cursor
from services.trackers import comments


async def add_comment(
    info: Info, entry: Annotated[AddCommentInput, strawberry.argument(name="input", description="The comment.")]
) -> AddCommentPayload:
    """Add a comment to a tracker."""
    comment_id = await comments.add_comment(info.context.require_viewer(), entry.decode())
    selection = selected_row(info, Comment, (("comment",), ("commentEdge", "node")), also=("created_at",))
    row: Any = await info.context.loaders.rows(selection).load(comment_id)
    edge: Any = EdgeData(row, encode_cursor(comments.OLDEST_FIRST, [row.created_at, row.id]))
    return AddCommentPayload(comment=row, comment_edge=edge)
