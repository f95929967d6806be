"""The lists of a tutor, whose trackers are those assigned to them, created by them, and of each of their learners.

A tutor has some thousands of trackers, of which all may have to be read. What depends on the learner only is looked up
once a learner, not once a tracker.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.paging.keyset import Order, Window
from services.trackers.listing.learners import OfLearner
from services.trackers.listing.orders import OrderTerm, sorted_columns
from services.trackers.listing.scans import all_rows, first_numbers, merge, sort
from services.trackers.listing.scope import Branch, Condition, Scope, is_small, sample

_Part = tuple[Branch, list[str]]
"""A branch, and all other conditions in SQL."""


@dataclass(frozen=True, slots=True)
class TutorPlan:
    """The SQL of a tutor's list with some conditions."""

    scope: Scope
    order: Order
    terms: Sequence[OrderTerm]
    conditions: Sequence[Condition]

    def by_number(self, window: Window) -> str:
        """Return the SELECT in order of number: three limited branches, merged."""
        number = self.order.keys[-1]
        numbers = [first_numbers(branch, where, number, window) for branch, where in self._parts()]
        return f"{self._samples()}{merge(numbers, number, window)}"

    def in_order(self, window: Window) -> str:
        """Return the SELECT in another order: all the tutor's trackers, sorted."""
        trackers = f"({self._all(sorted_columns(self.terms))})"
        return f"{self._samples()}{sort(trackers, [], self.order, window, self.scope, self.terms)}"

    def count(self) -> str:
        """Return the SELECT of the number of trackers."""
        return f"{self._samples()}SELECT count(*) FROM ({self._all('t.number')}) t"

    def _all(self, columns: str) -> str:
        """Return the SELECT of all the tutor's trackers, each once."""
        return " UNION ".join(all_rows(branch, where, columns) for branch, where in self._parts())

    def _parts(self) -> list[_Part]:
        tutor = f"{self.scope.bind(self.scope.viewer.member_id)}::uuid"
        columns, taught, others = "", [], []
        for n, condition in enumerate(self.conditions):
            if isinstance(condition, OfLearner):
                columns += f", ({condition.learner(self.scope)}) AS met{n}"
                taught.append(condition.given(self.scope, f"v.met{n}"))
                others.append(condition.given(self.scope, self._is_met(condition, n)))
            else:
                others.append(condition.predicate(self.scope))
                taught.append(others[-1])
        # OFFSET 0 keeps the planner from evaluating a condition on the learner for each tracker.
        learners = f"(SELECT r.id{columns} FROM learner r WHERE r.tutor_id = {tutor}{' OFFSET 0' if columns else ''}) v"
        return [
            (Branch(f"t.assignee_id = {tutor}"), others),
            (Branch(f"t.created_by_id = {tutor}"), others),
            (Branch("t.learner_id = v.id", learners), taught),
        ]

    def _is_met(self, condition: OfLearner, n: int) -> str:
        """Return the SQL condition that a tracker's learner is in the sample, or meets the condition if that is common."""
        look_up = condition.look_up(self.scope)
        if not condition.is_indexed:
            return look_up
        return f"CASE WHEN {is_small(n, condition.max_set)} THEN t.learner_id IN (SELECT id FROM sample{n}) ELSE {look_up} END"

    def _samples(self) -> str:
        samples = [
            sample(n, condition.sample(self.scope), condition.max_set)
            for n, condition in enumerate(self.conditions)
            if isinstance(condition, OfLearner) and condition.is_indexed
        ]
        return f"WITH {', '.join(samples)} " if samples else ""
