"""Pages of trackers, the hot read: one statement fetches a page with all rows that its trackers refer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from tortoise import Model

from models import Employer, Learner, Member, Programme, Tracker
from models.rows import columns
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Order, Window
from services.paging.pages import Page, PageRequest, fetch_page, fetch_pages
from services.tracker_types.catalogue import type_columns, type_source
from services.trackers.listing.filters import ALL, TrackerFilter
from services.trackers.listing.orders import OrderTerm, order_of
from services.trackers.listing.plan import ListPlan, plan_list
from services.viewer import Viewer
from services.visibility import visibility_condition

RELATED_ROWS: Mapping[str, tuple[type[Model], str]] = MappingProxyType(
    {
        "assignee": (Member, "LEFT JOIN member assignee ON assignee.id = t.assignee_id"),
        "creator": (Member, "LEFT JOIN member creator ON creator.id = t.created_by_id"),
        "learner": (Learner, "JOIN learner ON learner.id = t.learner_id"),
        "programme": (Programme, "LEFT JOIN programme ON programme.id = learner.programme_id"),
        "employer": (Employer, "LEFT JOIN employer ON employer.id = learner.employer_id"),
        "tutor": (Member, "LEFT JOIN member tutor ON tutor.id = learner.tutor_id"),
    }
)
"""The rows that can be fetched with a tracker, by alias, and their joins. Those after ``learner`` need its join."""

_GROUPS = (
    "ARRAY(SELECT g.name FROM learner_in_group i JOIN learner_group g ON g.id = i.group_id "
    'WHERE i.learner_id = learner.id ORDER BY g.name) AS "groups"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerQuery:
    """A list of trackers: its filter and order, the rows to fetch with each tracker, and whether to count all."""

    filter_by: TrackerFilter = ALL
    order_by: tuple[OrderTerm, ...] = ()
    related: frozenset[str] = frozenset()
    count: bool = False


async def page_of_trackers(viewer: Viewer, request: PageRequest, query: TrackerQuery) -> Page:
    """Fetch a page of the trackers that the viewer sees. Raises BadRequestError for arguments that make no sense."""
    return await fetch_page(request, _list_query(viewer, query), count=query.count)


async def pages_by_learner(
    viewer: Viewer, request: PageRequest, learner_ids: Sequence[UUID], query: TrackerQuery
) -> dict[UUID, Page]:
    """Fetch the same page of each learner's trackers that the viewer sees, by learner."""
    return await fetch_pages(request, _list_query(viewer, query, for_learner=True), learner_ids, count=query.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TrackerListQuery:
    """A query of trackers that finds them in the listing, and then applies ``visibility_condition`` to the trackers themselves."""

    order: Order
    statement: StatementBuilder
    plan: ListPlan
    select: str
    source: str
    seen: str

    def rows(self, window: Window) -> str:
        """Return the SELECT of the trackers in a window.

        OFFSET 0 makes the planner look up each tracker by id. In an organisation that has no statistics yet it would
        read every tracker instead, and find the page again for each of them.
        """
        keys = ", ".join(f'found."key{n}"' for n in range(len(self.order.keys)))
        return (
            f"SELECT {self.select}, {keys} FROM ({self.plan.rows(window)}) found "
            f"CROSS JOIN LATERAL (SELECT * FROM tracker WHERE id = found.tracker_id OFFSET 0) t "
            f"{self.source} WHERE {self.seen}"
        )

    def exists(self, window: Window) -> str:
        """Return the condition that a window has rows; without EXISTS, which drops the order and so the right index."""
        return f"(SELECT true FROM ({self.plan.rows(window)}) first) IS TRUE"

    def count(self) -> str:
        """Return the SELECT of the number of all trackers."""
        return self.plan.count()


def _list_query(viewer: Viewer, query: TrackerQuery, *, for_learner: bool = False) -> _TrackerListQuery:
    statement, order = StatementBuilder(), order_of(query.order_by)
    select, source = [columns(Tracker, "t")], []
    for alias, (model, join) in RELATED_ROWS.items():
        if alias in query.related:
            select.append(columns(model, alias))
            source.append(join)
    if "groups" in query.related:
        select.append(_GROUPS)
    if "type" in query.related:
        select.append(type_columns())
        source.append(f"JOIN {type_source(viewer, statement)} ON type.id = t.type_id")
    return _TrackerListQuery(
        order=order,
        statement=statement,
        plan=plan_list(viewer, query.filter_by, query.order_by, statement, for_learner=for_learner),
        select=", ".join(select),
        source=" ".join(source),
        seen=visibility_condition(Tracker, "t", viewer, statement),
    )
