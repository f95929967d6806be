"""Places in a list: the keys of its order, the cursors that name a place, and the SQL of what lies beyond one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from services.kernel.errors import BadRequestError


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order: its SQL, which is never null, its type and whether its largest value comes first."""

    sql: str
    type: type
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a list. ``name`` stands in its cursors, so that those of another list are refused."""

    name: str
    keys: tuple[Key, ...]

    @property
    def columns(self) -> str:
        """The keys as columns ``key0``, ``key1`` …"""
        return ", ".join(f'{key.sql} AS "key{n}"' for n, key in enumerate(self.keys))

    def by(self, backwards: bool, *, named: str = "") -> str:
        """What ORDER BY takes; with ``named``, of the columns that ``columns`` gave to a source of that name."""
        sql = [f'{named}."key{n}"' if named else key.sql for n, key in enumerate(self.keys)]
        ways = ["DESC" if key.descending is not backwards else "ASC" for key in self.keys]
        return ", ".join(f"{one} {way}" for one, way in zip(sql, ways, strict=True))


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a stretch of a list: the bound values of a place, and whether the stretch lies after it."""

    values: tuple[str, ...]
    after: bool
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """So many rows of a list from the start of what lies within the bounds, or, backwards, from its end."""

    bounds: tuple[Bound, ...]
    backwards: bool
    limit: int


def typed(key: Key, value: str) -> str:
    """A bound value of a key. It has the key's type, not the column's, whose range may be narrower than what a cursor can hold."""
    return f"{value}::{_TYPES[key.type]}"


def within(keys: Sequence[Key], bound: Bound) -> str:
    """The condition that a row lies beyond a bound: a comparison of rows, or its long form where directions differ."""
    if len({key.descending for key in keys}) == 1:
        left, right = ", ".join(key.sql for key in keys), ", ".join(bound.values)
        return f"({left}) {_beyond(keys[0], bound)}{'=' if bound.inclusive else ''} ({right})"
    same, ways = "", []
    for key, value in zip(keys, bound.values, strict=True):
        ways.append(f"({same}{key.sql} {_beyond(key, bound)} {value})")
        same += f"{key.sql} = {value} AND "
    if bound.inclusive:
        ways.append(f"({same}true)")
    return f"({' OR '.join(ways)})"


def _beyond(key: Key, bound: Bound) -> str:
    return ">" if bound.after is not key.descending else "<"


def encode_cursor(order: Order, values: Sequence[object]) -> str:
    """The cursor of a row, given the values of its order's keys."""
    texts = [value.isoformat() if isinstance(value, date) else str(value) for value in values]
    return urlsafe_b64encode(json.dumps([order.name, *texts]).encode()).decode().rstrip("=")


def position(order: Order, cursor: str, argument: str) -> list[object]:
    """The values that a cursor names. Raises BadRequestError for what is no cursor of the list in this order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *texts = json.loads(urlsafe_b64decode(padded))
        values = [_READ[key.type](text) for key, text in zip(order.keys, texts, strict=True)]
        if name == order.name and encode_cursor(order, values) == cursor:
            return values
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        pass
    raise BadRequestError(f"{argument} is no cursor of this list.", argument)


def _read_text(text: str) -> str:
    text.encode()
    if "\x00" in text:
        raise ValueError
    return text


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)  # so that the calendar's ends in another zone overflow here, not in the database


def _read_number(text: str) -> int:
    number = int(text)
    if number.bit_length() > 31:
        raise ValueError
    return number


_READ: dict[type, Callable[[str], object]] = {
    str: _read_text,
    int: _read_number,
    UUID: UUID,
    datetime: _read_moment,
    date: date.fromisoformat,
}
_TYPES: dict[type, str] = {str: "text", int: "int", UUID: "uuid", datetime: "timestamptz", date: "date"}
