"""Pages of a list by keyset: forwards and backwards, stable while rows come and go (Relay's connections)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.refusals import BadRequest
from services.statements import Statement

DEFAULT_SIZE = 50
LARGEST_SIZE = 100
NO_PARENT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order: its SQL, its PostgreSQL type and whether its largest value comes first."""

    sql: str
    type: type
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a list. ``name`` stands in its cursors, so that those of another list are refused."""

    name: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a client asks of a connection."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def size(self) -> int:
        """How many rows; raises BadRequest outside 1 to 100, or where ``first`` and ``last`` come together."""
        if self.first is not None and self.last is not None:
            raise BadRequest("Ask for the first or for the last, not for both.", "last")
        for name, number in (("first", self.first), ("last", self.last)):
            if number is not None and not 1 <= number <= LARGEST_SIZE:
                raise BadRequest(f"{name} must be 1 to {LARGEST_SIZE}.", name)
        return self.first or self.last or DEFAULT_SIZE

    @property
    def backwards(self) -> bool:
        """Whether the page is counted from the end."""
        return self.last is not None


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page in their order, what lies around them, and how many there are in all if asked."""

    records: Sequence[Mapping[str, Any]]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    total: int | None


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


_READ: dict[type, Callable[[str], object]] = {str: _read_text, int: _read_number, UUID: UUID, datetime: _read_moment}


def cursor_of(order: Order, values: Sequence[object]) -> str:
    """The cursor of a row, given the values of its order's keys."""
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return urlsafe_b64encode(json.dumps([order.name, *texts]).encode()).decode().rstrip("=")


def _position(order: Order, cursor: str, argument: str) -> list[object]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *texts = json.loads(urlsafe_b64decode(padded))
        values = [_READ[key.type](text) for key, text in zip(order.keys, texts, strict=True)]
        if name == order.name and cursor_of(order, values) == cursor:
            return values
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        pass
    raise BadRequest(f"{argument} is no cursor of this list.", argument)


class _Bounds:
    """The conditions that two cursors put on a page."""

    def __init__(self, request: PageRequest, order: Order, where: str, source: str, statement: Statement) -> None:
        self.conditions = [where]
        self.behind = "false"
        for argument, cursor, after in (("after", request.after, True), ("before", request.before, False)):
            if cursor is None:
                continue
            values = [statement.bind(value) for value in _position(order, cursor, argument)]
            descending = order.keys[0].descending
            assert all(key.descending is descending for key in order.keys), "one direction for a row comparison"
            left, right = ", ".join(key.sql for key in order.keys), ", ".join(values)
            beyond, within = (">", "<=") if after is not descending else ("<", ">=")
            self.conditions.append(f"({left}) {beyond} ({right})")
            if after is not request.backwards:
                self.behind = f"EXISTS (SELECT FROM {source} WHERE {where} AND ({left}) {within} ({right}))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list to be paged: its order, the columns to answer, where the rows come from and the condition on them.

    The values of ``where`` are bound in ``statement`` already. A list below other rows names them as ``parent.id``.
    """

    order: Order
    select: str
    source: str
    where: str
    statement: Statement


async def fetch_page(request: PageRequest, listing: Listing, *, count: bool) -> Page:
    """One page of a list that is no other row's. Raises BadRequest for a request that makes no sense."""
    return (await fetch_pages(request, listing, [NO_PARENT], count=count))[NO_PARENT]


async def fetch_pages(
    request: PageRequest, listing: Listing, parents: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    """The same page of the list below each of ``parents``, all in one SQL statement."""
    order, source, where = listing.order, listing.source, listing.where
    size = request.size
    bounds = _Bounds(request, order, where, source, listing.statement)
    ways = ["DESC" if key.descending is not request.backwards else "ASC" for key in order.keys]
    inner = ", ".join(f"{key.sql} {way}" for key, way in zip(order.keys, ways, strict=True))
    outer = ", ".join(f'page."key{n}" {way}' for n, way in enumerate(ways))
    keys = ", ".join(f'{key.sql} AS "key{n}"' for n, key in enumerate(order.keys))
    total = f"(SELECT count(*) FROM {source} WHERE {where})" if count else "NULL::bigint"
    found = await listing.statement.fetch(
        f"SELECT parent.id AS parent, {total} AS total, {bounds.behind} AS behind, page.* "
        f"FROM unnest({listing.statement.bind(list(parents))}::uuid[]) AS parent (id) LEFT JOIN LATERAL ("
        f"SELECT {listing.select}, {keys} FROM {source} WHERE {' AND '.join(bounds.conditions)} "
        f"ORDER BY {inner} LIMIT {size + 1}) page ON true ORDER BY {outer}"
    )
    rows: dict[UUID, list[Mapping[str, Any]]] = {parent: [] for parent in parents}
    for record in found:
        rows[record["parent"]].append(record)
    return {parent: _page(request, order, records) for parent, records in rows.items()}


def _page(request: PageRequest, order: Order, found: Sequence[Mapping[str, Any]]) -> Page:
    names = [f"key{n}" for n in range(len(order.keys))]
    records = [record for record in found if record[names[-1]] is not None]
    more, behind = len(records) > request.size, bool(found[0]["behind"])
    records = records[: request.size]
    if request.backwards:
        records.reverse()
    cursors = [cursor_of(order, [record[name] for name in names]) for record in records]
    has_next, has_previous = (behind, more) if request.backwards else (more, behind)
    return Page(records, cursors, has_next, has_previous, found[0]["total"])
