"""Uploaded files."""

from typing import Any

import strawberry

from schema.context import Info
from schema.fields import edge
from schema.relay import NODE_ID, Node
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
    """The fields of a file that the API shows."""

    id: strawberry.ID = edge(_id, NODE_ID)
    name: str = strawberry.field(description="As its uploader called it.")
    media_type: str = strawberry.field(description="What its bytes show it to be.")
    bytes: int = strawberry.field(description="How many there are.")
    url: str = edge(
        _url, "Where it can be downloaded for ten minutes, without a token but with the rights of this session."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is an attached file."""
        return isinstance(value, attachments.File)
