"""Relay pagination by keyset, forwards and backwards, which remains stable while rows are added and deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from services.kernel.errors import BadRequestError
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Bound, Order, Window, bound_predicate, cast_placeholder, decode_cursor, encode_cursor

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
NO_PARENT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The pagination arguments of a connection."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def size(self) -> int:
        """Return the page size.

        Raises BadRequestError unless it is 1 to 100, and if both ``first`` and ``last`` are set.
        """
        if self.first is not None and self.last is not None:
            raise BadRequestError("Ask for 'first' or for 'last', not for both.", "last")
        for name, number in (("first", self.first), ("last", self.last)):
            if number is not None and not 1 <= number <= MAX_PAGE_SIZE:
                raise BadRequestError(f"'{name}' must be a number from 1 to {MAX_PAGE_SIZE}.", name)
        return self.first or self.last or DEFAULT_PAGE_SIZE

    @property
    def backwards(self) -> bool:
        """Return whether the page is counted from the end of the list."""
        return self.last is not None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: its rows, their order, the flags of PageInfo, and the total count if requested."""

    records: Sequence[Mapping[str, Any]]
    order: Order
    has_next: bool
    has_previous: bool
    total: int | None

    @property
    def cursors(self) -> Sequence[str]:
        """Return the cursors of all rows."""
        return [self.cursor(index) for index in range(len(self.records))]

    def cursor(self, index: int) -> str:
        """Return the cursor of a row."""
        record = self.records[index]
        return encode_cursor(self.order, [record[f"key{n}"] for n in range(len(self.order.keys))])


class Pageable(Protocol):
    """A query that ``fetch_pages`` can paginate; if every parent has its own list, it refers to ``parent.id``."""

    @property
    def order(self) -> Order:
        """Return the order of the rows."""

    @property
    def statement(self) -> StatementBuilder:
        """Return the statement in which the query's values are bound."""

    def rows(self, window: Window) -> str:
        """Return the SELECT of the rows in a window, including the keys as named by ``Order.columns``."""

    def exists(self, window: Window) -> str:
        """Return the SQL condition that a window contains rows."""

    def count(self) -> str:
        """Return the SELECT of the total number of rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The query of a plain list: its SELECT list, FROM and WHERE clauses, and its order.

    The values in these clauses are bound in ``statement``.
    """

    order: Order
    select: str
    source: str
    where: str
    statement: StatementBuilder

    def rows(self, window: Window) -> str:
        """Return the SELECT of the rows in a window."""
        return (
            f"SELECT {self.select}, {self.order.columns} FROM {self.source} WHERE {self._where(window)} "
            f"ORDER BY {self.order.order_by(window.backwards)} LIMIT {window.limit}"
        )

    def exists(self, window: Window) -> str:
        """Return the SQL condition that a window contains rows."""
        return f"EXISTS (SELECT FROM {self.source} WHERE {self._where(window)})"

    def count(self) -> str:
        """Return the SELECT of the total number of rows."""
        return f"SELECT count(*) FROM {self.source} WHERE {self.where}"

    def _where(self, window: Window) -> str:
        return " AND ".join([self.where, *(bound_predicate(self.order.keys, bound) for bound in window.bounds)])


async def fetch_page(request: PageRequest, query: Pageable, *, count: bool) -> Page:
    """Fetch one page of a list. Raises BadRequestError for invalid pagination arguments."""
    return (await fetch_pages(request, query, [NO_PARENT], count=count))[NO_PARENT]


async def fetch_pages(
    request: PageRequest, query: Pageable, parents: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    """Fetch the same page of each parent's list with one statement, and return the pages by parent id.

    Raises BadRequestError for invalid pagination arguments.
    """
    select = select_pages(request, query, _parents(parents, query.statement), count=count)
    records = await query.statement.fetch(select, shown=False)
    rows: dict[UUID, Sequence[Mapping[str, Any]]] = {parents[0]: records}
    if len(parents) > 1:
        rows = _by_parent(parents, records)
    pages = {parent: read_page(request, query.order, parent_rows) for parent, parent_rows in rows.items()}
    for page in pages.values():
        query.statement.show(page.records)
    return pages


def _by_parent(
    parents: Sequence[UUID], records: Sequence[Mapping[str, Any]]
) -> dict[UUID, Sequence[Mapping[str, Any]]]:
    rows: dict[UUID, list[Mapping[str, Any]]] = {parent: [] for parent in parents}
    for record in records:
        rows[record["parent"]].append(record)
    return {**rows}


def select_pages(request: PageRequest, query: Pageable, parents: str, *, count: bool) -> str:
    """Return the SELECT of the same page of each parent's list, for ``read_page``.

    ``parents`` is an SQL source of the parents' ids. OFFSET 0 keeps the count and the flag in a subquery of their own, so
    that they are computed once for each parent rather than for each row of its page. Raises BadRequestError for invalid
    pagination arguments.
    """
    order, statement = query.order, query.statement
    window = Window(_bounds(request, order, statement), request.backwards, request.size + 1)
    total = f"({query.count()})" if count else "NULL::bigint"
    return (
        f"SELECT parent.id AS parent, parent.total, parent.has_previous, page.* FROM ("
        f"SELECT parent.id, {total} AS total, {_has_previous(query, window)} AS has_previous "
        f"FROM {parents} AS parent (id) OFFSET 0) parent "
        f"LEFT JOIN LATERAL ({query.rows(window)}) page ON true "
        f"ORDER BY {order.order_by(request.backwards, alias='page')}"
    )


def _parents(parents: Sequence[UUID], statement: StatementBuilder) -> str:
    if len(parents) == 1:
        return f"(VALUES ({statement.bind(parents[0])}::uuid))"
    return f"unnest({statement.bind_array(parents, 'uuid')})"


def _bounds(request: PageRequest, order: Order, statement: StatementBuilder) -> tuple[Bound, ...]:
    return tuple(
        Bound(
            tuple(map(cast_placeholder, order.keys, map(statement.bind, decode_cursor(order, cursor, argument)))), after
        )
        for argument, cursor, after in (("after", request.after, True), ("before", request.before, False))
        if cursor is not None
    )


def _has_previous(query: Pageable, window: Window) -> str:
    """Return the SQL condition that there are rows before the window, in the direction of pagination."""
    for bound in window.bounds:
        if bound.after is not window.backwards:
            opposite = Bound(bound.values, not bound.after, inclusive=True)
            return query.exists(Window((opposite,), not window.backwards, 1))
    return "false"


def read_page(request: PageRequest, order: Order, rows: Sequence[Mapping[str, Any]]) -> Page:
    """Return the page of one parent from its records, of which there is at least one."""
    last_key = f"key{len(order.keys) - 1}"
    records = rows if rows[0][last_key] is not None else []  # the outer join of an empty page has a single row
    has_more, has_previous = len(records) > request.size, bool(rows[0]["has_previous"])
    records = records[: request.size]
    if request.backwards:
        records = records[::-1]
    has_next, has_previous = (has_previous, has_more) if request.backwards else (has_more, has_previous)
    return Page(records, order, has_next, has_previous, rows[0]["total"])
