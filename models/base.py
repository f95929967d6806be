"""The base class of models, and the field for JSON."""

from typing import Any
from uuid import UUID

import orjson
from tortoise import Model, fields
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique without asking the database, and later ids sort after earlier ones."""
    return uuid7()


def json_field(*, null: bool = False, default: Any = None) -> fields.JSONField[Any]:
    """Return the field of a JSONB column, read and written by orjson whatever Tortoise's default is."""
    return fields.JSONField(encoder=dump_json, decoder=load_json, null=null, default=default)


def dump_json(value: Any) -> str:
    """Return the JSON text of a value made of str, int, bool, None, list and dict."""
    return orjson.dumps(value).decode()


def load_json(text: str | bytes) -> Any:
    """Return the value of a JSON text."""
    return orjson.loads(text)


class Row(Model):
    """The base class of models whose primary key is a UUIDv7."""

    id = fields.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True
