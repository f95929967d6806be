"""What every row shares: its id and how JSON is kept."""

from typing import Any
from uuid import UUID

import orjson
from tortoise import Model, fields
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique without asking the database, and later ids sort after earlier ones."""
    return uuid7()


def json_field(*, null: bool = False, default: Any = None) -> fields.JSONField[Any]:
    """A JSONB column with codecs named here, so that migrations do not name the library."""
    return fields.JSONField(encoder=dump_json, decoder=load_json, null=null, default=default)


def dump_json(value: Any) -> str:
    """JSON text of a value made of str, int, bool, None, list and dict."""
    return orjson.dumps(value).decode()


def load_json(text: str | bytes) -> Any:
    """The value of a JSON text."""
    return orjson.loads(text)


class Row(Model):
    """A row with a UUIDv7 of its own."""

    id = fields.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True
