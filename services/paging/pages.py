"""Pages of a list by keyset: forwards and backwards, stable while rows come and go (Relay's connections)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from services.kernel.errors import BadRequestError
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Bound, Order, Window, encode_cursor, position, typed, within

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
NO_PARENT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a client asks of a connection."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def size(self) -> int:
        """How many rows; raises BadRequestError outside 1 to 100, or where ``first`` and ``last`` come together."""
        if self.first is not None and self.last is not None:
            raise BadRequestError("Ask for the first or for the last, not for both.", "last")
        for name, number in (("first", self.first), ("last", self.last)):
            if number is not None and not 1 <= number <= MAX_PAGE_SIZE:
                raise BadRequestError(f"{name} must be 1 to {MAX_PAGE_SIZE}.", name)
        return self.first or self.last or DEFAULT_PAGE_SIZE

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


class Pageable(Protocol):
    """A list to be paged. One below other rows names them as ``parent.id``."""

    @property
    def order(self) -> Order:
        """Its order."""

    @property
    def statement(self) -> StatementBuilder:
        """Where its values are bound."""

    def rows(self, window: Window) -> str:
        """The SQL of a stretch of it, with the keys of the order as ``Order.columns`` names them."""

    def any(self, window: Window) -> str:
        """The SQL condition that there is anything in a stretch of it."""

    def count(self) -> str:
        """The SQL of how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A plain list: its order, the columns to answer, where the rows come from and the condition on them.

    The values of ``where`` are bound in ``statement`` already.
    """

    order: Order
    select: str
    source: str
    where: str
    statement: StatementBuilder

    def rows(self, window: Window) -> str:
        """A stretch of the list."""
        return (
            f"SELECT {self.select}, {self.order.columns} FROM {self.source} WHERE {self._within(window)} "
            f"ORDER BY {self.order.by(window.backwards)} LIMIT {window.limit}"
        )

    def any(self, window: Window) -> str:
        """Whether there is anything in a stretch."""
        return f"EXISTS (SELECT FROM {self.source} WHERE {self._within(window)})"

    def count(self) -> str:
        """How many there are."""
        return f"SELECT count(*) FROM {self.source} WHERE {self.where}"

    def _within(self, window: Window) -> str:
        return " AND ".join([self.where, *(within(self.order.keys, bound) for bound in window.bounds)])


async def fetch_page(request: PageRequest, listing: Pageable, *, count: bool) -> Page:
    """One page of a list that is no other row's. Raises BadRequestError for a request that makes no sense."""
    return (await fetch_pages(request, listing, [NO_PARENT], count=count))[NO_PARENT]


async def fetch_pages(
    request: PageRequest, listing: Pageable, parents: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    """The same page of the list below each of ``parents``, all in one SQL statement."""
    order, statement = listing.order, listing.statement
    window = Window(_bounds(request, order, statement), request.backwards, request.size + 1)
    total = f"({listing.count()})" if count else "NULL::bigint"
    found = await statement.fetch(
        f"SELECT parent.id AS parent, {total} AS total, {_behind(listing, window)} AS behind, page.* "
        f"FROM unnest({statement.bind(list(parents))}::uuid[]) AS parent (id) LEFT JOIN LATERAL ("
        f"{listing.rows(window)}) page ON true ORDER BY {order.by(request.backwards, named='page')}"
    )
    rows: dict[UUID, list[Mapping[str, Any]]] = {parent: [] for parent in parents}
    for record in found:
        rows[record["parent"]].append(record)
    return {parent: _page(request, order, records) for parent, records in rows.items()}


def _bounds(request: PageRequest, order: Order, statement: StatementBuilder) -> tuple[Bound, ...]:
    return tuple(
        Bound(tuple(map(typed, order.keys, map(statement.bind, position(order, cursor, argument)))), after)
        for argument, cursor, after in (("after", request.after, True), ("before", request.before, False))
        if cursor is not None
    )


def _behind(listing: Pageable, window: Window) -> str:
    """The condition that the list has rows on the other side of where the page begins."""
    for bound in window.bounds:
        if bound.after is not window.backwards:
            other = Bound(bound.values, not bound.after, inclusive=True)
            return listing.any(Window((other,), not window.backwards, 1))
    return "false"


def _page(request: PageRequest, order: Order, found: Sequence[Mapping[str, Any]]) -> Page:
    names = [f"key{n}" for n in range(len(order.keys))]
    records = [record for record in found if record[names[-1]] is not None]
    more, behind = len(records) > request.size, bool(found[0]["behind"])
    records = records[: request.size]
    if request.backwards:
        records.reverse()
    cursors = [encode_cursor(order, [record[name] for name in names]) for record in records]
    has_next, has_previous = (behind, more) if request.backwards else (more, behind)
    return Page(records, cursors, has_next, has_previous, found[0]["total"])
