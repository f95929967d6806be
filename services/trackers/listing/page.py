"""Queries for pages of trackers. A single statement fetches a page with all related rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from tortoise import Model

from models import Employer, Learner, Member, Programme, Tracker
from models.rows import columns
from services.kernel.merged_ids import surviving_ids
from services.kernel.sql import StatementBuilder
from services.paging.by_name import in_reading_order
from services.paging.keyset import Order, Window
from services.paging.pages import Page, PageRequest, fetch_page, fetch_pages
from services.tracker_types.catalogue import type_columns, type_source
from services.trackers.listing.filters import NO_FILTER, TrackerFilter
from services.trackers.listing.orders import OrderTerm, make_order
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
"""The models and joins of rows that can be fetched with trackers, by alias. Those after ``learner`` require its join."""

_GROUPS = (
    "ARRAY(SELECT g.name FROM learner_in_group i JOIN learner_group g ON g.id = i.group_id "
    f'WHERE i.learner_id = learner.id ORDER BY {in_reading_order("g.name")}) AS "groups"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerQuery:
    """The parameters of a tracker list.

    ``related`` has the aliases of the related rows to fetch, ``count`` says whether to count all matching trackers.
    """

    filter_by: TrackerFilter = NO_FILTER
    order_by: tuple[OrderTerm, ...] = ()
    related: frozenset[str] = frozenset()
    count: bool = False


async def page_of_trackers(viewer: Viewer, request: PageRequest, query: TrackerQuery) -> Page:
    """Fetch a page of the trackers that are visible to the viewer. Raises BadRequestError for invalid arguments."""
    query = await _with_surviving_ids(viewer, query)
    return await fetch_page(request, _list_query(viewer, query), count=query.count)


async def pages_by_learner(
    viewer: Viewer, request: PageRequest, learner_ids: Sequence[UUID], query: TrackerQuery
) -> dict[UUID, Page]:
    """Fetch the same page of the visible trackers of each learner, by learner id."""
    query = await _with_surviving_ids(viewer, query)
    return await fetch_pages(request, _list_query(viewer, query, for_learner=True), learner_ids, count=query.count)


async def _with_surviving_ids(viewer: Viewer, query: TrackerQuery) -> TrackerQuery:
    """Return the query with the ids of merged employers and programmes replaced by those of the rows that remain."""
    employers, programmes = query.filter_by.employer, query.filter_by.programme
    if not (employers or programmes):
        return query
    surviving = await surviving_ids(viewer.organisation_id, {*(employers or ()), *(programmes or ())})
    filter_by = replace(
        query.filter_by,
        employer=None if employers is None else [surviving[row_id] for row_id in employers],
        programme=None if programmes is None else [surviving[row_id] for row_id in programmes],
    )
    return replace(query, filter_by=filter_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TrackerListQuery:
    """A list query that finds trackers in the listing, and then applies the visibility condition to the tracker rows."""

    order: Order
    statement: StatementBuilder
    plan: ListPlan
    select: str
    source: str
    visibility: str

    def rows(self, window: Window) -> str:
        """Return the SELECT statement for the trackers in a window.

        OFFSET 0 forces the planner to look up each tracker by id. Without table statistics, it would otherwise scan all
        trackers and run the inner query for each of them.
        """
        keys = ", ".join(f'found."key{n}"' for n in range(len(self.order.keys)))
        return (
            f"SELECT {self.select}, {keys} FROM ({self.plan.rows(window)}) found "
            f"CROSS JOIN LATERAL (SELECT * FROM tracker WHERE id = found.tracker_id OFFSET 0) t "
            f"{self.source} WHERE {self.visibility}"
        )

    def exists(self, window: Window) -> str:
        """Return the condition that a window has rows.

        It avoids EXISTS, for which PostgreSQL ignores the ORDER BY and so does not choose the right index.
        """
        return f"(SELECT true FROM ({self.plan.rows(window)}) first) IS TRUE"

    def count(self) -> str:
        """Return the SELECT statement for the number of matching trackers."""
        return self.plan.count()


def _list_query(viewer: Viewer, query: TrackerQuery, *, for_learner: bool = False) -> _TrackerListQuery:
    statement, order = StatementBuilder(), make_order(query.order_by)
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
        visibility=visibility_condition(Tracker, "t", viewer, statement),
    )
