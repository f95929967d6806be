"""The lists of an administrator: all trackers of the organisation.

The planner's estimates are not relied on. Whether a condition leaves few trackers is counted in the statement itself, up
to a limit (its *sample*), and only the part of the statement that is made for this case is executed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.paging.keyset import Key, Order, Window, bound_predicate
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.conditions import HasStatus
from services.trackers.listing.days import IsDue, WasUpdated
from services.trackers.listing.learners import OfLearner
from services.trackers.listing.orders import OrderTerm, TrackerOrderField, sorted_columns
from services.trackers.listing.scans import Walk, all_rows, first_numbers, merge, sort
from services.trackers.listing.scope import Branch, Condition, Scope, is_small, sample
from services.trackers.listing.search import HasWord

NEAR = 3_000
"""How many trackers at the beginning of a list are looked through one by one before samples are taken."""
NEAR_WITH_LEARNERS = 500
"""The same if a condition looks up each tracker's learner, or searches its words."""
MAX_SAMPLED_WORDS = 2
MAX_OTHERS_SAMPLED = 4
"""Of how many words, and of how many other conditions, samples are taken at most: the longest words, and those that usually
leave the fewest trackers. Each has statements of its own, in which all other conditions are repeated, and PostgreSQL plans
them all: 66 words took it four seconds."""


@dataclass(frozen=True, slots=True)
class AdministratorPlan:
    """The SQL of a list with some conditions, of which the first usually leaves the fewest trackers."""

    scope: Scope
    order: Order
    terms: Sequence[OrderTerm]
    conditions: Sequence[Condition]

    def by_number(self, window: Window) -> str:
        """Return the SELECT in order of number."""
        if not any(condition.is_sampled for condition in self.conditions):
            return merge(self._along_numbers(window), self._number, window)
        samples, selects = [self._near(window)], ["SELECT number FROM near"]
        gates = [f"(SELECT count(*) FROM near) < {window.limit}"]
        for n, condition in enumerate(self._sampled_conditions()):
            samples.append(self._sample(condition, n))
            where = self._predicates(condition)
            selects += [
                first_numbers(branch, where, self._number, window, [*gates, is_small(n)])
                for branch in self._sampled(condition, n)
            ]
            gates.append(f"NOT {is_small(n)}")
        selects += self._otherwise(window, gates)
        return f"WITH {', '.join(samples)} {merge(selects, self._number, window)}"

    def newest(self, window: Window) -> str:
        """Return the SELECT of whole trackers in order of number, without conditions."""
        bounds = [bound_predicate([self._number], bound) for bound in window.bounds]
        where = " AND ".join([self.scope.own, *bounds])
        ending = f"ORDER BY t.number {window.direction(self._number)} LIMIT {window.limit}"
        return f"SELECT * FROM tracker t WHERE {where} {ending}"

    def _otherwise(self, window: Window, gates: Sequence[str]) -> list[str]:
        """Return the statements for the case that every condition leaves many trackers."""
        (condition, *others) = self.conditions
        if not others and isinstance(condition, IsDue) and not condition.is_open:
            branch = condition.by_day(self.scope, self._number, window)
            return [first_numbers(branch, [], self._number, window, gates)]
        if not others and isinstance(condition, WasUpdated):
            # The index of the range has all that is read, so that sorting it all is cheaper than a walk without an end.
            numbers = f"({condition.sample(self.scope)} OFFSET 0)"
            rows = sort(numbers, [], Order(self.order.name, (self._number,)), window, self.scope)
            return [f"SELECT number FROM ({rows}) gated WHERE {' AND '.join(gates)}"]
        return self._along_numbers(window, gates)

    def _sampled_conditions(self) -> list[Condition]:
        """Return the conditions of which samples are taken, in the order in which they are: the cheapest sample first."""
        words = [condition for condition in self.conditions if isinstance(condition, HasWord)]
        others = [condition for condition in self.conditions if not isinstance(condition, HasWord)]
        sampled = [*others[:MAX_OTHERS_SAMPLED], *words[:MAX_SAMPLED_WORDS]]
        return sorted(sampled, key=lambda condition: condition.is_sampled)

    def in_order(self, window: Window) -> str:
        """Return the SELECT in another order."""
        if not self.conditions:
            return Walk(self.scope, self.order, self.terms, []).rows(window)
        samples: list[str] = []
        selects: list[str] = []
        gates: list[str] = []
        columns = sorted_columns(self.terms)
        for n, condition in enumerate(self._sampled_conditions()):
            samples.append(self._sample(condition, n))
            branches = condition.branches(self.scope, f"sample{n}")
            rows = " UNION ".join(all_rows(branch, self._predicates(condition), columns) for branch in branches)
            found = sort(f"({rows})", [], self.order, window, self.scope, self.terms)
            selects.append(self._gated(found, [*gates, is_small(n)]))
            gates.append(f"NOT {is_small(n)}")
        walk = Walk(self.scope, self.order, self.terms, [*map(self._along_order, self.conditions)])
        selects.append(self._gated(walk.rows(window), gates))
        ending = f"ORDER BY {self.order.order_by(window.backwards, alias='t')} LIMIT {window.limit}"
        return f"WITH {', '.join(samples)} SELECT * FROM ({' UNION ALL '.join(selects)}) t {ending}"

    def _along_order(self, condition: Condition) -> str:
        """Return a condition in SQL, in a form that the index of the order serves if it has the same days."""
        field = self.terms[0].field
        if (isinstance(condition, IsDue) and field is TrackerOrderField.DUE_DATE) or (
            isinstance(condition, WasUpdated) and field is TrackerOrderField.UPDATED_AT
        ):
            return condition.range(self.scope)
        return condition.predicate(self.scope)

    def count(self) -> str:
        """Return the SELECT of the number of trackers.

        If a condition leaves few trackers, these are looked through; or else those with a word, which an index has; or else
        those of the first condition.
        """
        if not self.conditions:
            return f"SELECT count(*) FROM tracker t WHERE {self.scope.own}"
        (last, *_) = sorted(self.conditions, key=lambda condition: not _is_indexed_word(condition))
        count = self._count(last, last.every(self.scope))
        few = [condition for condition in self._sampled_conditions() if not isinstance(condition, HasWord)]
        if len(self.conditions) == 1 or not few:
            return count
        cases = [
            f"WHEN {is_small(n)} THEN ({self._count(condition, self._sampled(condition, n))})"
            for n, condition in enumerate(few)
        ]
        samples = [self._sample(condition, n) for n, condition in enumerate(few)]
        return f"WITH {', '.join(samples)} SELECT CASE {' '.join(cases)} ELSE ({count}) END"

    def _count(self, condition: Condition, branches: Sequence[Branch]) -> str:
        """Return the SELECT of the number of trackers in the branches of a condition that meet the others."""
        where = self._predicates(condition)
        selects = [all_rows(branch, where) for branch in branches]
        union = " UNION " if isinstance(condition, HasWord) else " UNION ALL "
        return f"SELECT count(*) FROM ({union.join(selects)}) t"

    def _sampled(self, condition: Condition, n: int) -> list[Branch]:
        """Return branches of the trackers of a condition whose sample is complete."""
        if condition.is_sampled:
            return condition.branches(self.scope, f"sample{n}")
        return [Branch(f"{self.scope.own} AND t.number = v.number", f"sample{n} v")]

    @property
    def _number(self) -> Key:
        return self.order.keys[-1]

    def _predicates(self, *excluded: Condition) -> list[str]:
        return [condition.predicate(self.scope) for condition in self.conditions if condition not in excluded]

    def _gated(self, rows: str, gates: Sequence[str]) -> str:
        return f"SELECT * FROM ({rows}) gated WHERE {' AND '.join(gates)}"

    def _sample(self, condition: Condition, n: int) -> str:
        if condition.is_sampled:
            return sample(n, condition.sample(self.scope))
        return sample(n, " UNION ALL ".join(all_rows(branch, []) for branch in condition.branches(self.scope, "")))

    def _near(self, window: Window) -> str:
        """Return the CTE ``near`` with the numbers that are found among the first trackers of the list.

        They are a range of numbers, which no other index serves: in case of a limit, the planner could sort all trackers.
        """
        reads_learners = any(isinstance(condition, OfLearner) for condition in self.conditions)
        length = NEAR_WITH_LEARNERS if reads_learners else NEAR
        descends = window.direction(self._number) == "DESC"
        values = [bound.values[0] for bound in window.bounds if bound.after is not window.backwards]
        updated = next((condition for condition in self.conditions if isinstance(condition, WasUpdated)), None)
        newest_updated = [updated.newest(self.scope)] if updated else []
        if descends:
            newest = f"(SELECT trackers FROM organisation_counter WHERE organisation_id = {self.scope.organisation})"
            near = f"t.number > least({', '.join([newest, *newest_updated, *values])}) - {length}"
        else:
            near = f"t.number < greatest({', '.join(['0', *values])})::bigint + {length}"
        bounds = [bound_predicate([self._number], bound) for bound in window.bounds]
        bounds += [f"t.number <= {number}" for number in newest_updated]
        return (
            f"near AS MATERIALIZED (SELECT t.number FROM tracker t "
            f"WHERE {' AND '.join([self.scope.own, near, *bounds, *self._predicates()])} "
            f"ORDER BY t.number {window.direction(self._number)} LIMIT {window.limit})"
        )

    def _along_numbers(self, window: Window, gates: Sequence[str] = ("true",)) -> list[str]:
        """Return a SELECT for each branch of the first numbers along the best index that is in order of number."""
        leading = next((condition for condition in self.conditions if not condition.is_sampled), None)
        where = self._predicates(leading) if leading else self._predicates()
        if leading is None and any(isinstance(condition, IsDue) and condition.is_open for condition in self.conditions):
            leading = HasStatus(OPEN_STATUSES)
        branches = leading.branches(self.scope, "") if leading else [Branch(self.scope.own)]
        return [first_numbers(branch, where, self._number, window, gates) for branch in branches]


def _is_indexed_word(condition: Condition) -> bool:
    return isinstance(condition, HasWord) and condition.is_indexed
