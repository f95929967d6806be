"""GraphQL type for uploaded files."""

from typing import Any

import strawberry

from schema.context import Info
from schema.declaration.fields import resolved_field
from schema.declaration.relay import NODE_ID_DESCRIPTION, Node
from services.files.signed_urls import signed_url
from services.kernel.global_ids import to_global_id
from services.trackers import attachments

Row = strawberry.Parent[attachments.File]


def _id(root: Row) -> strawberry.ID:
    return strawberry.ID(to_global_id("File", root.id))


def _url(root: Row, info: Info) -> str:
    return signed_url(info.context.installation, root.grant, name=root.name)


@strawberry.type(description="A file that somebody uploaded. Nothing looks for viruses in it.")
class File(Node):
    """GraphQL type for an attached file."""

    id: strawberry.ID = resolved_field(_id, NODE_ID_DESCRIPTION)
    name: str = strawberry.field(description="As its uploader called it, but it ends in what its bytes are.")
    media_type: str = strawberry.field(description="What its bytes show it to be.")
    bytes: int = strawberry.field(description="How many there are.")
    url: str = resolved_field(
        _url, "Where it can be downloaded for ten minutes, without a token but with the rights of this session."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is an ``attachments.File``."""
        return isinstance(value, attachments.File)
