"""Global ids of arguments and inputs, decoded into the ids of rows."""

from uuid import UUID

from tortoise import Model

from services.kernel.errors import BadRequestError
from services.kernel.global_ids import NIL_UUID, NodeReference, from_global_id


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


def decode_reference(text: str) -> NodeReference:
    """Return the type and the row that a value's global id names; what is no global id names nothing that exists."""
    return from_global_id(text) or NodeReference("", NIL_UUID)
