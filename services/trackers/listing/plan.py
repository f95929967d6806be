"""Query plans for tracker lists, which use an index that stores the filtered rows in order wherever there is one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.kernel.sql import StatementBuilder
from services.paging.keyset import Bound, Key, Order, Window, bound_predicate
from services.trackers.listing.filters import Condition, IndexBranch, TrackerFilter, build_conditions
from services.trackers.listing.orders import NAMED_RELATIONS, NUMBER, NamedRelation, OrderTerm, make_order
from services.trackers.listing.search import BlockSearch, words_condition
from services.viewer import Viewer

MAX_BRANCHES = 200
"""The maximum number of values of a field for which branches are used. Beyond it, PostgreSQL's planner decides."""

MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ListPlan:
    """SQL builders of a list: ``rows`` selects the ids and keys of the trackers in a window, ``count`` counts all trackers."""

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
    """Return the plan for listing the viewer's trackers with a filter and an order.

    With ``for_learner``, the list is limited to trackers of the learner ``parent.id``.
    """
    order = make_order(order_by)
    scope = f"{statement.bind(viewer.organisation_id if viewer.is_administrator else viewer.member_id)}::uuid"
    base = [f"l.scope = {scope}", *(["l.learner_id = parent.id"] if for_learner else [])]
    fields = build_conditions(filter_by, viewer, statement)
    searches = [_search_condition(filter_by.search, statement)] if filter_by.search else []
    named = [NAMED_RELATIONS[term.field] for term in order_by if term.field in NAMED_RELATIONS]

    def organisation() -> str:
        return f"{statement.bind(viewer.organisation_id)}::uuid"

    def where(*excluded: Condition) -> list[str]:
        return [
            *base,
            *(field.condition() for field in fields if field not in excluded),
            *(search() for search in searches),
        ]

    def count() -> str:
        return f"SELECT count(*) FROM tracker_listing l WHERE {' AND '.join(where())}"

    rows: Callable[[Window], str]
    is_by_number = [key.sql for key in order.keys] == [NUMBER] and not for_learner
    is_single = len(fields) + len(searches) == 1
    leading = next(
        (field for field in fields if field.size <= MAX_BRANCHES and (is_single or not field.exclusive)), None
    )
    if is_by_number and leading:
        rows = _MergeAppend(order, leading.branches(), where(leading))
    elif is_by_number and searches and not fields:
        rows = BlockSearch(order, filter_by.search, organisation(), scope, statement)
    elif len(order_by) == 1 and named and not (fields or searches or for_learner):
        rows = _NestedLoop(order, named[0], named[0].rows.format(organisation()), base)
    else:
        joins = [
            f"JOIN ({relation.rows.format(organisation())}) {relation.alias} ON {relation.alias}.id = {relation.column}"
            for relation in named
        ]
        rows = _Scan(order, " ".join(["tracker_listing l", *joins]), where())
    return ListPlan(rows, count)


def _search_condition(words: Sequence[str], statement: StatementBuilder) -> Callable[[], str]:
    return lambda: (
        f"EXISTS (SELECT FROM tracker_words x WHERE x.tracker_id = l.tracker_id AND {words_condition(words, statement)})"
    )


@dataclass(frozen=True, slots=True)
class _Scan:
    """A plain query with all conditions, for which PostgreSQL's planner chooses the index."""

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
    """A merge of branches that are each in order of number, so that only the rows of the page are read."""

    order: Order
    branches: Sequence[IndexBranch]
    where: Sequence[str]

    def __call__(self, window: Window) -> str:
        branch_selects = [self._branch_select(branch, window) for branch in self.branches] or [
            self._branch_select(IndexBranch("false"), window)
        ]
        direction = "DESC" if self.order.keys[0].descending is not window.backwards else "ASC"
        return (
            f'SELECT DISTINCT ON (leaf."key0") leaf.tracker_id, leaf."key0" FROM ({" UNION ALL ".join(branch_selects)}) leaf '
            f'ORDER BY leaf."key0" {direction} LIMIT {window.limit}'
        )

    def _branch_select(self, branch: IndexBranch, window: Window) -> str:
        return f"({_Scan(self.order, branch.rows, [branch.condition, *self.where])(window)})"


@dataclass(frozen=True, slots=True)
class _NestedLoop:
    """A nested loop over the rows of a relation in order of name, and the trackers of each row in order of number."""

    order: Order
    named: NamedRelation
    rows: str
    where: Sequence[str]

    def __call__(self, window: Window) -> str:
        *outer, number = self.order.keys
        names = Order(self.order.name, tuple(outer))
        outer_bounds = [
            bound_predicate(outer, Bound(bound.values[:-1], bound.after, inclusive=True)) for bound in window.bounds
        ]
        inner_scan = _Scan(
            Order(self.order.name, (number,)),
            "tracker_listing l",
            [
                *self.where,
                f"{self.named.column} = named.id",
                *(_number_bound(number, bound) for bound in window.bounds),
            ],
        )
        keys = ", ".join(f'named."key{n}"' for n in range(len(outer)))
        direction = "DESC" if number.descending is not window.backwards else "ASC"
        return (
            f'SELECT theirs.tracker_id, {keys}, theirs."key0" AS "key{len(outer)}" FROM ('
            f"SELECT {self.named.alias}.id, {names.columns} FROM ({self.rows}) {self.named.alias} "
            f"WHERE {' AND '.join(outer_bounds) or 'true'} ORDER BY {names.order_by(window.backwards)}) named "
            f"CROSS JOIN LATERAL ({inner_scan(replace(window, bounds=()))}) theirs "
            f'ORDER BY {names.order_by(window.backwards, alias="named")}, theirs."key0" {direction} LIMIT {window.limit}'
        )


def _number_bound(number: Key, bound: Bound) -> str:
    """Return the condition on ``number`` for the trackers of one row of the relation, which is a member or a type.

    In the cursor's row, it admits only the numbers beyond the cursor's; in every other row, it admits all numbers.
    """
    *_, named, value = bound.values
    sentinel = -1 if bound.after is not number.descending else MAX_NUMBER
    return bound_predicate(
        [number], replace(bound, values=(f"CASE WHEN named.id = {named} THEN {value} ELSE {sentinel} END",))
    )
