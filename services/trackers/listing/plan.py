"""Query plans for tracker lists, which read indexes in their order and no further than a page needs.

The planner's estimates are not relied on. Whether a condition leaves few trackers is counted in the statement itself, up
to a limit (its *sample*), and only the part of the statement that is made for this case is executed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.kernel.sql import StatementBuilder
from services.paging.keyset import Key, Order, Window, bound_predicate
from services.trackers.listing.conditions import (
    MAX_SAMPLE,
    Branch,
    Condition,
    IsDue,
    Scope,
    WasUpdated,
    build_conditions,
)
from services.trackers.listing.filters import TrackerFilter
from services.trackers.listing.orders import NUMBER, OrderTerm, make_order
from services.trackers.listing.scans import COLUMNS, Walk, all_rows, first_numbers, merge, sort
from services.trackers.listing.search import HasWord
from services.viewer import Viewer

NEAR = 500
"""How many trackers at the beginning of a list are searched one by one before the index of words is used."""


@dataclass(frozen=True, slots=True)
class ListPlan:
    """SQL builders of a list: ``rows`` selects the numbers and keys of the trackers in a window, ``count`` counts all."""

    rows: Callable[[Window], str]
    count: Callable[[], str]
    trackers: Callable[[Window], str] | None = None
    """Selects whole trackers where they are just read along an index, so that they need not be looked up by number."""


def plan_list(
    viewer: Viewer, filter_by: TrackerFilter, order_by: Sequence[OrderTerm], statement: StatementBuilder
) -> ListPlan:
    """Return the plan for listing the viewer's trackers with a filter and an order."""
    order = make_order(order_by)
    words = [HasWord(word) for word in sorted(filter_by.search, key=len, reverse=True)]
    by_number = [key.sql for key in order.keys] == [NUMBER]
    plan = _Plan(Scope(viewer, statement), order, order_by, [*build_conditions(filter_by), *words])
    if viewer.is_administrator:
        walk = plan.newest if by_number and not plan.conditions else None
        return ListPlan(plan.by_number if by_number else plan.in_order, plan.count, walk)
    return ListPlan(plan.of_tutor_by_number if by_number else plan.of_tutor_in_order, plan.count_of_tutor)


def plan_learner_list(
    viewer: Viewer,
    filter_by: TrackerFilter,
    order_by: Sequence[OrderTerm],
    statement: StatementBuilder,
    visibility: str,
) -> ListPlan:
    """Return the plan for listing the trackers of the learner ``parent.id``.

    ``visibility`` is the SQL condition that the viewer may see the tracker ``t``.
    """
    scope, order = Scope(viewer, statement), make_order(order_by)
    conditions = [*build_conditions(filter_by), *map(HasWord, filter_by.search)]

    def where() -> list[str]:
        predicates = [condition.predicate(scope) for condition in conditions]
        return ["t.learner_id = parent.id", f"({visibility}) IS TRUE", *predicates]

    return ListPlan(
        lambda window: sort("tracker", where(), order, Walk(scope, order, order_by, []).joins(), window),
        lambda: f"SELECT count(*) FROM tracker t WHERE {' AND '.join(where())}",
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """The plans for a viewer's list with some conditions, of which the first usually leaves the fewest trackers."""

    scope: Scope
    order: Order
    terms: Sequence[OrderTerm]
    conditions: Sequence[Condition]

    def by_number(self, window: Window) -> str:
        """Return the SELECT for an administrator, in order of number."""
        if not any(condition.is_sampled for condition in self.conditions):
            return merge(self._along_numbers(window), self._number, window)
        samples, selects = [self._near(window)], ["SELECT number FROM near"]
        gates = [f"(SELECT count(*) FROM near) < {window.limit}"]
        for n, condition in enumerate(self._cheapest_sample_first(), 1):
            samples.append(self._sample(condition, n))
            branches = (
                condition.branches(self.scope, f"sample{n}")
                if condition.is_sampled
                else [Branch(f"{self.scope.own} AND t.number = v.number", f"sample{n} v")]
            )
            where = self._predicates(condition)
            selects += [
                first_numbers(branch, where, self._number, window, [*gates, _is_small(n)]) for branch in branches
            ]
            gates.append(f"NOT {_is_small(n)}")
        selects += self._otherwise(window, gates)
        return f"WITH {', '.join(samples)} {merge(selects, self._number, window)}"

    def newest(self, window: Window) -> str:
        """Return the SELECT of an administrator's trackers, in order of number and without conditions."""
        direction = "DESC" if self._number.descending is not window.backwards else "ASC"
        bounds = [bound_predicate([self._number], bound) for bound in window.bounds]
        where = " AND ".join([self.scope.own, *bounds])
        return f"SELECT * FROM tracker t WHERE {where} ORDER BY t.number {direction} LIMIT {window.limit}"

    def _otherwise(self, window: Window, gates: Sequence[str]) -> list[str]:
        """Return the statements for the case that every condition leaves many trackers."""
        (condition, *others) = self.conditions
        if others or not isinstance(condition, WasUpdated | IsDue):
            return self._along_numbers(window, gates)
        # The index of the range has all that is read, so that sorting it all is cheaper than a walk without an end.
        numbers = f"({condition.sample(self.scope)} OFFSET 0)"
        rows = sort(numbers, [], Order(self.order.name, (self._number,)), [], window)
        return [f"SELECT number FROM ({rows}) gated WHERE {' AND '.join(gates)}"]

    def _cheapest_sample_first(self) -> list[Condition]:
        return sorted(self.conditions, key=lambda condition: condition.is_sampled)

    def in_order(self, window: Window) -> str:
        """Return the SELECT for an administrator, in another order."""
        if not self.conditions:
            return Walk(self.scope, self.order, self.terms, []).rows(window)
        samples: list[str] = []
        selects: list[str] = []
        gates: list[str] = []
        joins = self._joins()
        for n, condition in enumerate(self._cheapest_sample_first()):
            samples.append(self._sample(condition, n))
            branches = condition.branches(self.scope, f"sample{n}")
            rows = " UNION ".join(all_rows(branch, self._predicates(condition), COLUMNS) for branch in branches)
            selects.append(self._gated(sort(f"({rows})", [], self.order, joins, window), [*gates, _is_small(n)]))
            gates.append(f"NOT {_is_small(n)}")
        walk = Walk(self.scope, self.order, self.terms, self._predicates())
        selects.append(self._gated(walk.rows(window), gates))
        ending = f"ORDER BY {self.order.order_by(window.backwards, alias='t')} LIMIT {window.limit}"
        return f"WITH {', '.join(samples)} SELECT * FROM ({' UNION ALL '.join(selects)}) t {ending}"

    def of_tutor_by_number(self, window: Window) -> str:
        """Return the SELECT for a tutor, in order of number: three limited branches, merged."""
        branches = self._branches_of_tutor()
        return merge(
            [first_numbers(branch, self._predicates(), self._number, window) for branch in branches],
            self._number,
            window,
        )

    def of_tutor_in_order(self, window: Window) -> str:
        """Return the SELECT for a tutor, in another order: all their trackers, sorted."""
        return sort(f"({self._all_of_tutor(COLUMNS)})", [], self.order, self._joins(), window)

    def count(self) -> str:
        """Return the SELECT of the number of an administrator's trackers."""
        condition = next(iter(self.conditions), None)
        if condition is None:
            return f"SELECT count(*) FROM tracker t WHERE {self.scope.own}"
        if len(self.conditions) == 1 and isinstance(condition, WasUpdated | IsDue):
            return f"SELECT count(*) FROM ({condition.sample(self.scope)}) t"
        sample = f"({condition.sample(self.scope)})" if condition.is_sampled else ""
        selects = [
            all_rows(branch, self._predicates(condition), is_nested=False)
            for branch in condition.branches(self.scope, sample)
        ]
        union = " UNION " if isinstance(condition, HasWord) else " UNION ALL "
        return f"SELECT count(*) FROM ({union.join(selects)}) t"

    def count_of_tutor(self) -> str:
        """Return the SELECT of the number of a tutor's trackers."""
        return f"SELECT count(*) FROM ({self._all_of_tutor('t.number')}) t"

    @property
    def _number(self) -> Key:
        return self.order.keys[-1]

    def _predicates(self, *excluded: Condition) -> list[str]:
        return [condition.predicate(self.scope) for condition in self.conditions if condition not in excluded]

    def _joins(self) -> list[str]:
        return Walk(self.scope, self.order, self.terms, []).joins()

    def _gated(self, rows: str, gates: Sequence[str]) -> str:
        return f"SELECT * FROM ({rows}) gated WHERE {' AND '.join(gates)}"

    def _sample(self, condition: Condition, n: int) -> str:
        """Return the CTE ``sample<n>`` with at most one row more than a condition may leave."""
        rows = (
            condition.sample(self.scope)
            if condition.is_sampled
            else " UNION ALL ".join(all_rows(branch, []) for branch in condition.branches(self.scope, ""))
        )
        return f"sample{n} AS MATERIALIZED ({rows} LIMIT {MAX_SAMPLE + 1})"

    def _near(self, window: Window) -> str:
        """Return the CTE ``near`` with the numbers that are found among the first trackers of the list.

        They are a range of numbers, which no other index serves: in case of a limit, the planner could sort all trackers.
        """
        descends = self._number.descending is not window.backwards
        values = [bound.values[0] for bound in window.bounds if bound.after is not window.backwards]
        if descends:
            newest = f"(SELECT trackers FROM organisation_counter WHERE organisation_id = {self.scope.organisation})"
            near = f"t.number > least({', '.join([newest, *values])}) - {NEAR}"
        else:
            near = f"t.number < greatest({', '.join(['0', *values])})::bigint + {NEAR}"
        bounds = [bound_predicate([self._number], bound) for bound in window.bounds]
        return (
            f"near AS MATERIALIZED (SELECT t.number FROM tracker t "
            f"WHERE {' AND '.join([self.scope.own, near, *bounds, *self._predicates()])} "
            f"ORDER BY t.number {'DESC' if descends else 'ASC'} LIMIT {window.limit})"
        )

    def _along_numbers(self, window: Window, gates: Sequence[str] = ("true",)) -> list[str]:
        """Return a SELECT for each branch of the first numbers along the best index that is in order of number."""
        leading = next((condition for condition in self.conditions if not condition.is_sampled), None)
        branches = leading.branches(self.scope, "") if leading else [Branch(self.scope.own)]
        where = self._predicates(leading) if leading else self._predicates()
        return [first_numbers(branch, where, self._number, window, gates) for branch in branches]

    def _branches_of_tutor(self) -> list[Branch]:
        tutor = f"{self.scope.bind(self.scope.viewer.member_id)}::uuid"
        return [
            Branch(f"t.assignee_id = {tutor}"),
            Branch(f"t.created_by_id = {tutor}"),
            Branch("t.learner_id = v.id", f"(SELECT id FROM learner WHERE tutor_id = {tutor}) v"),
        ]

    def _all_of_tutor(self, columns: str) -> str:
        where = self._predicates()
        return " UNION ".join(all_rows(branch, where, columns) for branch in self._branches_of_tutor())


def _is_small(n: int) -> str:
    return f"(SELECT count(*) FROM sample{n}) <= {MAX_SAMPLE}"
