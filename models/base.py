"""The base class of the models, and their JSON field."""

from typing import Any
from uuid import UUID

import orjson
from tortoise import Model, fields
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7. Ids generated later sort after earlier ones."""
    return uuid7()


def json_field(*, null: bool = False, default: Any = None) -> fields.JSONField[Any]:
    """Return a model field for a JSONB column that uses orjson rather than Tortoise's default JSON library."""
    return fields.JSONField(encoder=dump_json, decoder=load_json, null=null, default=default)


def dump_json(value: Any) -> str:
    """Serialise a value made of str, int, bool, None, list and dict as JSON."""
    return orjson.dumps(value).decode()


def load_json(text: str | bytes) -> Any:
    """Parse a JSON document."""
    return orjson.loads(text)


class Row(Model):
    """Abstract base class of models whose primary key is a UUIDv7."""

    id = fields.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True
