"""Orders of lists, cursors, and the SQL conditions for the rows before or after a cursor."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from services.kernel.errors import BadRequestError


@dataclass(frozen=True, slots=True)
class Key:
    """An expression that a list is ordered by: its SQL, which must not be null, its type and its direction."""

    sql: str
    type: type
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The total order of a list. Cursors contain its ``name``, so that cursors of other lists are rejected."""

    name: str
    keys: tuple[Key, ...]

    @property
    def columns(self) -> str:
        """Return the SELECT list of the keys, with the column names ``key0``, ``key1`` …"""
        return ", ".join(f'{key.sql} AS "key{n}"' for n, key in enumerate(self.keys))

    def order_by(self, backwards: bool, *, alias: str = "") -> str:
        """Return the ORDER BY list. With ``alias``, it refers to the ``columns`` of the subquery with that alias."""
        expressions = [f'{alias}."key{n}"' if alias else key.sql for n, key in enumerate(self.keys)]
        directions = ["DESC" if key.descending is not backwards else "ASC" for key in self.keys]
        return ", ".join(map(" ".join, zip(expressions, directions, strict=True)))


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a window: the SQL values of a row's keys, and whether the window is after or before that row."""

    values: tuple[str, ...]
    after: bool
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The first ``limit`` rows of a list within some bounds; with ``backwards``, the last rows in reverse order."""

    bounds: tuple[Bound, ...]
    backwards: bool
    limit: int

    def direction(self, key: Key) -> str:
        """Return the direction in which a key is read, in SQL."""
        return "DESC" if key.descending is not self.backwards else "ASC"


def cast_placeholder(key: Key, placeholder: str) -> str:
    """Return the placeholder with a cast to its key's type.

    Without the cast, PostgreSQL would infer the column's type, whose range may be narrower than that of cursors.
    """
    return f"{placeholder}::{_SQL_TYPES[key.type]}"


def bound_predicate(keys: Sequence[Key], bound: Bound) -> str:
    """Return the SQL condition that a row is within a bound.

    It is a row comparison, or the equivalent comparison key by key if the directions differ.
    """
    if len({key.descending for key in keys}) == 1:
        left, right = ", ".join(key.sql for key in keys), ", ".join(bound.values)
        return f"({left}) {_operator(keys[0], bound)}{'=' if bound.inclusive else ''} ({right})"
    equal, alternatives = "", []
    for key, value in zip(keys, bound.values, strict=True):
        alternatives.append(f"({equal}{key.sql} {_operator(key, bound)} {value})")
        equal += f"{key.sql} = {value} AND "
    if bound.inclusive:
        alternatives.append(f"({equal}true)")
    return f"({' OR '.join(alternatives)})"


def _operator(key: Key, bound: Bound) -> str:
    return ">" if bound.after is not key.descending else "<"


def encode_cursor(order: Order, values: Sequence[object]) -> str:
    """Return the cursor of a row with these key values."""
    texts = [value.isoformat() if isinstance(value, date) else str(value) for value in values]
    return urlsafe_b64encode(json.dumps([order.name, *texts]).encode()).decode().rstrip("=")


def decode_cursor(order: Order, cursor: str, argument: str) -> list[object]:
    """Return the key values in a cursor.

    Raises BadRequestError at ``argument`` if the text is not a cursor of this list in this order.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *texts = json.loads(urlsafe_b64decode(padded))
        values = [_DECODERS[key.type](text) for key, text in zip(order.keys, texts, strict=True)]
        if name == order.name and encode_cursor(order, values) == cursor:
            return values
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        pass
    raise BadRequestError(f"'{argument}' is not a cursor of this list in this order.", argument)


def _decode_text(text: str) -> str:
    text.encode()
    if "\x00" in text:
        raise ValueError
    return text


def _decode_datetime(text: str) -> datetime:
    timestamp = datetime.fromisoformat(text)
    if timestamp.tzinfo is None:
        raise ValueError
    return timestamp.astimezone(UTC)  # an overflow at the ends of the calendar is raised here, not by the database


def _decode_int(text: str) -> int:
    number = int(text)
    if number.bit_length() > 31:
        raise ValueError
    return number


_DECODERS: dict[type, Callable[[str], object]] = {
    str: _decode_text,
    int: _decode_int,
    UUID: UUID,
    datetime: _decode_datetime,
    date: date.fromisoformat,
}
_SQL_TYPES: dict[type, str] = {str: "text", int: "int", UUID: "uuid", datetime: "timestamptz", date: "date"}
