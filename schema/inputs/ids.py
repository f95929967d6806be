"""Global ids of arguments and inputs, decoded into the ids of rows."""

from uuid import UUID

from tortoise import Model

import models
from schema.file import File
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference
from services.kernel.errors import BadRequestError
from services.kernel.global_ids import NIL_UUID, NodeReference, from_global_id

_TARGETS = {
    models.Member.__name__: ReferenceTarget.MEMBER,
    models.Employer.__name__: ReferenceTarget.EMPLOYER,
    models.Programme.__name__: ReferenceTarget.PROGRAMME,
}


def parse_argument_id(text: str, *path: str) -> NodeReference:
    """Return the type and the row that a query's argument names; raise BadRequestError for what is no global id."""
    reference = from_global_id(text)
    if reference is None:
        raise BadRequestError("This is no id.", *path)
    return reference


def decode_id(text: str, model: type[Model]) -> UUID:
    """Return the id of the row that an input's global id names; NIL_UUID if it is no global id of the model's type."""
    reference = from_global_id(text)
    return reference.id if reference is not None and reference.type_name == model.__name__ else NIL_UUID


def decode_optional_id(text: str | None, model: type[Model]) -> UUID | None:
    """Return None for null, else what ``decode_id`` returns."""
    return None if text is None else decode_id(text, model)


def decode_reference(text: str) -> Reference:
    """Return the member, employer or programme that a value's global id names; NIL_UUID for what is no global id."""
    node = from_global_id(text)
    return Reference(None, NIL_UUID) if node is None else Reference(_TARGETS.get(node.type_name), node.id)


def decode_file_id(text: str) -> UUID:
    """Return the id of the file that a value's global id names; NIL_UUID if it is no global id of a file."""
    node = from_global_id(text)
    return node.id if node is not None and node.type_name == File.__name__ else NIL_UUID
