"""Global ids as defined by Relay: opaque identifiers of nodes, which do not grant access."""

from binascii import a2b_base64, b2a_base64
from typing import NamedTuple
from uuid import UUID

from asyncpg.pgproto import pgproto


class NodeReference(NamedTuple):
    """A decoded global id: the name of a GraphQL type and the id of a row."""

    type_name: str
    id: UUID


NIL_UUID = UUID(int=0)
"""An id that no row has. Malformed global ids in inputs are decoded to it, so that they result in NOT_FOUND."""


def to_global_id(type_name: str, row_id: UUID) -> str:
    """Return the global id of a row: URL-safe base64, which for letters, digits, ``:`` and ``-`` is plain base64."""
    return b2a_base64(f"{type_name}:{row_id!s}".encode(), newline=False).rstrip(b"=").decode()


def from_global_id(text: str) -> NodeReference | None:
    """Decode a global id, or return None if ``to_global_id`` cannot have encoded it."""
    try:
        type_name, _, row_id = a2b_base64(text + "=" * (-len(text) % 4)).decode("ascii").partition(":")
        reference = NodeReference(type_name, parse_uuid(row_id))
    except ValueError:
        return None
    return reference if type_name.isalpha() and to_global_id(type_name, reference.id) == text else None


def parse_uuid(text: str) -> UUID:
    """Return the UUID of a text. Raises ValueError.

    It is of asyncpg's class, which extends Python's, as all ids from the database are, and parses in a tenth of the time.
    """
    return pgproto.UUID(text)
