"""Decoding of the global ids in arguments and inputs."""

from uuid import UUID

from tortoise import Model

import models
from schema.file import File
from schema.member_session import MemberSession
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.kernel.errors import BadRequestError
from services.kernel.global_ids import NIL_UUID, NodeReference, from_global_id

_REFERENCE_TARGETS = {
    models.Member.__name__: ReferenceTarget.MEMBER,
    models.Employer.__name__: ReferenceTarget.EMPLOYER,
    models.Programme.__name__: ReferenceTarget.PROGRAMME,
}


def parse_argument_id(global_id: str, *path: str) -> NodeReference:
    """Decode the global id in a query argument; raise ``BadRequestError`` with the path if it is malformed."""
    reference = from_global_id(global_id)
    if reference is None:
        raise BadRequestError("This is not a valid id.", *path)
    return reference


def decode_id(global_id: str, model: type[Model]) -> UUID:
    """Decode the global id of a model's row; return ``NIL_UUID`` if it is malformed or of another type."""
    reference = from_global_id(global_id)
    return reference.id if reference is not None and reference.type_name == model.__name__ else NIL_UUID


def decode_optional_id(global_id: str | None, model: type[Model]) -> UUID | None:
    """Return ``decode_id(global_id, model)``, or None if the id is None."""
    return None if global_id is None else decode_id(global_id, model)


def decode_reference(global_id: str) -> Reference:
    """Decode the global id of a member, employer or programme.

    Return ``NIL_UUID`` as the id if it is malformed, and None as the target if it is of another type.
    """
    node = from_global_id(global_id)
    return Reference(None, NIL_UUID) if node is None else Reference(_REFERENCE_TARGETS.get(node.type_name), node.id)


def decode_file_id(global_id: str) -> UUID:
    """Decode the global id of a file; return ``NIL_UUID`` if it is malformed or of another type."""
    node = from_global_id(global_id)
    return node.id if node is not None and node.type_name == File.__name__ else NIL_UUID


def decode_session_id(global_id: str) -> UUID:
    """Decode the global id of a session; return ``NIL_UUID`` if it is malformed or of another type."""
    node = from_global_id(global_id)
    return node.id if node is not None and node.type_name == MemberSession.__name__ else NIL_UUID
