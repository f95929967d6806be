"""Plans for finding trackers in the listing: by an index that has the filter's rows in order, if there is one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.kernel.sql import StatementBuilder
from services.paging.keyset import Bound, Key, Order, Window, bound_predicate
from services.trackers.listing.filters import Condition, IndexBranch, TrackerFilter, conditions_of
from services.trackers.listing.orders import NAMED_RELATIONS, NUMBER, NamedRelation, OrderTerm, order_of
from services.trackers.listing.search import BlockSearch, matches
from services.viewer import Viewer

MAX_BRANCHES = 200
"""How many values of one field get a branch each; with more, the choice is left to PostgreSQL's planner."""

MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ListPlan:
    """The SELECT of the ids and keys of the trackers in a window, and the SELECT of the number of all."""

    rows: Callable[[Window], str]
    count: Callable[[], str]


def plan_list(
    viewer: Viewer,
    filter_by: TrackerFilter,
    order_by: Sequence[OrderTerm],
    statement: StatementBuilder,
    *,
    for_learner: bool = False,
) -> ListPlan:
    """Plan how to find the trackers of a filter in an order, as far as the viewer may list them.

    With ``for_learner``, only those about the learner ``parent.id``.
    """
    order = order_of(order_by)
    scope = f"{statement.bind(viewer.organisation_id if viewer.is_administrator else viewer.member_id)}::uuid"
    base = [f"l.scope = {scope}", *(["l.learner_id = parent.id"] if for_learner else [])]
    fields = conditions_of(filter_by, viewer, statement)
    searched = [_searched(filter_by.search, statement)] if filter_by.search else []
    named = [NAMED_RELATIONS[term.field] for term in order_by if term.field in NAMED_RELATIONS]

    def organisation() -> str:
        return f"{statement.bind(viewer.organisation_id)}::uuid"

    def where(*but: Condition) -> list[str]:
        return [*base, *(field.condition() for field in fields if field not in but), *(search() for search in searched)]

    def count() -> str:
        return f"SELECT count(*) FROM tracker_listing l WHERE {' AND '.join(where())}"

    rows: Callable[[Window], str]
    by_number = [key.sql for key in order.keys] == [NUMBER] and not for_learner
    only = len(fields) + len(searched) == 1
    leading = next((field for field in fields if field.size <= MAX_BRANCHES and (only or not field.alone)), None)
    if by_number and leading:
        rows = _MergeAppend(order, leading.branches(), where(leading))
    elif by_number and searched and not fields:
        rows = BlockSearch(order, filter_by.search, organisation(), scope, statement)
    elif len(order_by) == 1 and named and not (fields or searched or for_learner):
        rows = _NestedLoop(order, named[0], named[0].rows.format(organisation()), base)
    else:
        joins = [
            f"JOIN ({relation.rows.format(organisation())}) {relation.alias} ON {relation.alias}.id = {relation.column}"
            for relation in named
        ]
        rows = _Scan(order, " ".join(["tracker_listing l", *joins]), where())
    return ListPlan(rows, count)


def _searched(words: Sequence[str], statement: StatementBuilder) -> Callable[[], str]:
    return lambda: (
        f"EXISTS (SELECT FROM tracker_words x WHERE x.tracker_id = l.tracker_id AND {matches(words, statement)})"
    )


@dataclass(frozen=True, slots=True)
class _Scan:
    """The listing with all conditions, by whatever index PostgreSQL's planner chooses."""

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
    """Branches in order of number, merged; each is read no further than the page needs."""

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
        return f"({_Scan(self.order, branch.rows, [branch.condition, *self.where])(window)})"


@dataclass(frozen=True, slots=True)
class _NestedLoop:
    """The rows of a relation in order of name, and for each its trackers in order of number."""

    order: Order
    named: NamedRelation
    rows: str
    where: Sequence[str]

    def __call__(self, window: Window) -> str:
        *outer, number = self.order.keys
        names = Order(self.order.name, tuple(outer))
        ends = [
            bound_predicate(outer, Bound(bound.values[:-1], bound.after, inclusive=True)) for bound in window.bounds
        ]
        of_each = _Scan(
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
    """Return the condition on the trackers of one named row: all of them, or, at the cursor's row, those beyond it."""
    *_, named, value = bound.values
    edge = -1 if bound.after is not number.descending else MAX_NUMBER
    return bound_predicate(
        [number], replace(bound, values=(f"CASE WHEN named.id = {named} THEN {value} ELSE {edge} END",))
    )
