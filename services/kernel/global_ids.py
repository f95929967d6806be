"""Global ids: opaque names of nodes, Relay's way. They name, they permit nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NodeReference:
    """What a global id names: a type of the graph and a row."""

    type_name: str
    id: UUID


NIL_UUID = UUID(int=0)
"""The id that no row has: what a malformed global id in an input stands for, so that the entry is answered NOT_FOUND."""


def to_global_id(type_name: str, row_id: UUID) -> str:
    """The global id of a row."""
    return urlsafe_b64encode(f"{type_name}:{row_id}".encode()).decode().rstrip("=")


def from_global_id(text: str) -> NodeReference | None:
    """What a global id names; None if the text is no global id in the form that ``to_global_id`` gives it."""
    try:
        decoded = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
        type_name, _, row_id = decoded.partition(":")
        reference = NodeReference(type_name, UUID(row_id))
    except ValueError:
        return None
    return reference if type_name.isalpha() and to_global_id(type_name, reference.id) == text else None
