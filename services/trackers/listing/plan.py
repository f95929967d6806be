"""How trackers are found in the listing: by the one index that holds what is asked for in its order, where there is one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.kernel.sql import StatementBuilder
from services.paging.keyset import Bound, Key, Order, Window, bound_predicate
from services.trackers.listing.filters import Condition, IndexBranch, TrackerFilter, facets
from services.trackers.listing.orders import NAMED, NUMBER, Named, OrderTerm, order_of
from services.trackers.listing.search import SearchedLots, matches
from services.viewer import Viewer

MOST_BRANCHES = 200
"""So many values of one field are each looked up by themselves; beyond, the list is read as the planner thinks best."""

GREATEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Finding:
    """The trackers that are found: the SQL of the ids and keys of a stretch of them, and of how many they are."""

    rows: Callable[[Window], str]
    count: Callable[[], str]


def find(
    viewer: Viewer,
    filter_by: TrackerFilter,
    order_by: Sequence[OrderTerm],
    statement: StatementBuilder,
    *,
    below_learner: bool = False,
) -> Finding:
    """The trackers of a filter in an order that the viewer may list, or those of them about the learner ``parent.id``."""
    order = order_of(order_by)
    scope = f"{statement.bind(viewer.organisation_id if viewer.is_administrator else viewer.member_id)}::uuid"
    base = [f"l.scope = {scope}", *(["l.learner_id = parent.id"] if below_learner else [])]
    fields = facets(filter_by, viewer, statement)
    searched = [_searched(filter_by.search, statement)] if filter_by.search else []
    named = [(NAMED[term.field], term) for term in order_by if term.field in NAMED]

    def organisation() -> str:
        return f"{statement.bind(viewer.organisation_id)}::uuid"

    def where(*but: Condition) -> list[str]:
        return [*base, *(one.condition() for one in fields if one not in but), *(one() for one in searched)]

    def count() -> str:
        return f"SELECT count(*) FROM tracker_listing l WHERE {' AND '.join(where())}"

    rows: Callable[[Window], str]
    by_number = [key.sql for key in order.keys] == [NUMBER] and not below_learner
    only = len(fields) + len(searched) == 1
    leading = next((one for one in fields if one.size <= MOST_BRANCHES and (only or not one.alone)), None)
    if by_number and leading:
        rows = _MergeAppend(order, leading.branches(), where(leading))
    elif by_number and searched and not fields:
        rows = SearchedLots(order, filter_by.search, organisation(), scope, statement)
    elif len(order_by) == 1 and named and not (fields or searched or below_learner):
        rows = _NestedLoop(order, named[0][0], named[0][0].rows.format(organisation()), base)
    else:
        joins = [
            f"JOIN ({one.rows.format(organisation())}) {one.alias} ON {one.alias}.id = {one.column}" for one, _ in named
        ]
        rows = _Plain(order, " ".join(["tracker_listing l", *joins]), where())
    return Finding(rows, count)


def _searched(words: Sequence[str], statement: StatementBuilder) -> Callable[[], str]:
    return lambda: (
        f"EXISTS (SELECT FROM tracker_words x WHERE x.tracker_id = l.tracker_id AND {matches(words, statement)})"
    )


@dataclass(frozen=True, slots=True)
class _Plain:
    """The listing as it is."""

    order: Order
    source: str
    where: Sequence[str]

    def __call__(self, window: Window) -> str:
        conditions = [*self.where, *(bound_predicate(self.order.keys, bound) for bound in window.bounds)]
        return (
            f"SELECT l.tracker_id, {self.order.columns} FROM {self.source} WHERE {' AND '.join(conditions)} "
            f"ORDER BY {self.order.order_by(window.backwards)} LIMIT {window.limit}"
        )


@dataclass(frozen=True, slots=True)
class _MergeAppend:
    """Branches by number, each read no further than the page needs."""

    order: Order
    branches: Sequence[IndexBranch]
    where: Sequence[str]

    def __call__(self, window: Window) -> str:
        leaves = [self._leaf(branch, window) for branch in self.branches] or [self._leaf(IndexBranch("false"), window)]
        way = "DESC" if self.order.keys[0].descending is not window.backwards else "ASC"
        return (
            f'SELECT DISTINCT ON (leaf."key0") leaf.tracker_id, leaf."key0" FROM ({" UNION ALL ".join(leaves)}) leaf '
            f'ORDER BY leaf."key0" {way} LIMIT {window.limit}'
        )

    def _leaf(self, branch: IndexBranch, window: Window) -> str:
        return f"({_Plain(self.order, branch.rows, [branch.condition, *self.where])(window)})"


@dataclass(frozen=True, slots=True)
class _NestedLoop:
    """One after the other of those whose names the order goes by, each with its trackers by number."""

    order: Order
    named: Named
    rows: str
    where: Sequence[str]

    def __call__(self, window: Window) -> str:
        *outer, number = self.order.keys
        names = Order(self.order.name, tuple(outer))
        ends = [
            bound_predicate(outer, Bound(bound.values[:-1], bound.after, inclusive=True)) for bound in window.bounds
        ]
        of_each = _Plain(
            Order(self.order.name, (number,)),
            "tracker_listing l",
            [*self.where, f"{self.named.column} = named.id", *(_from(number, bound) for bound in window.bounds)],
        )
        keys = ", ".join(f'named."key{n}"' for n in range(len(outer)))
        way = "DESC" if number.descending is not window.backwards else "ASC"
        return (
            f'SELECT theirs.tracker_id, {keys}, theirs."key0" AS "key{len(outer)}" FROM ('
            f"SELECT {self.named.alias}.id, {names.columns} FROM ({self.rows}) {self.named.alias} "
            f"WHERE {' AND '.join(ends) or 'true'} ORDER BY {names.order_by(window.backwards)}) named "
            f"CROSS JOIN LATERAL ({of_each(replace(window, bounds=()))}) theirs "
            f'ORDER BY {names.order_by(window.backwards, alias="named")}, theirs."key0" {way} LIMIT {window.limit}'
        )


def _from(number: Key, bound: Bound) -> str:
    """Of the one at whom a cursor stands, what lies beyond it; of all others, everything."""
    *_, named, value = bound.values
    edge = -1 if bound.after is not number.descending else GREATEST_NUMBER
    return bound_predicate(
        [number], replace(bound, values=(f"CASE WHEN named.id = {named} THEN {value} ELSE {edge} END",))
    )
