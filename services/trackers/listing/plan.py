"""Query plans for tracker lists, which read indexes in their order and no further than a page needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.kernel.sql import StatementBuilder
from services.paging.keyset import Window
from services.trackers.listing.administrator import AdministratorPlan
from services.trackers.listing.conditions import build_conditions
from services.trackers.listing.filters import TrackerFilter
from services.trackers.listing.orders import NUMBER, OrderTerm, make_order
from services.trackers.listing.scans import sort
from services.trackers.listing.scope import Scope
from services.trackers.listing.search import HasWord
from services.trackers.listing.tutor import TutorPlan
from services.viewer import Viewer


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
    scope, conditions = Scope(viewer, statement), [*build_conditions(filter_by), *words]
    is_by_number = [key.sql for key in order.keys] == [NUMBER]
    if not viewer.is_administrator:
        of_tutor = TutorPlan(scope, order, order_by, conditions)
        return ListPlan(of_tutor.by_number if is_by_number else of_tutor.in_order, of_tutor.count)
    plan = AdministratorPlan(scope, order, order_by, conditions)
    walk = plan.newest if is_by_number and not conditions else None
    return ListPlan(plan.by_number if is_by_number else plan.in_order, plan.count, walk)


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
        lambda window: sort("tracker", where(), order, window, scope, order_by),
        lambda: f"SELECT count(*) FROM tracker t WHERE {' AND '.join(where())}",
    )
