"""Queries for pages of trackers. A single statement fetches a page with all related rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from models import Tracker
from services.kernel.merged_ids import surviving_ids
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Order, Window
from services.paging.pages import Page, PageRequest, fetch_page, fetch_pages
from services.row_selection import RowSelection, all_columns
from services.trackers.listing.filters import NO_FILTER, TrackerFilter
from services.trackers.listing.orders import OrderTerm, make_order
from services.trackers.listing.plan import ListPlan, plan_learner_list, plan_list
from services.trackers.listing.scope import Scope
from services.viewer import Viewer
from services.visibility import visibility_condition


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerQuery:
    """The parameters of a tracker list.

    ``selection`` is what to read of each tracker, by default all columns, ``count`` says whether to count all matching trackers.
    """

    filter_by: TrackerFilter = NO_FILTER
    order_by: tuple[OrderTerm, ...] = ()
    selection: RowSelection[Tracker] | None = None
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
    """A list query that finds the numbers of trackers, and then applies the visibility condition to their rows."""

    order: Order
    statement: StatementBuilder
    plan: ListPlan
    select: str
    source: str
    visibility: str
    scope: Scope

    def rows(self, window: Window) -> str:
        """Return the SELECT statement for the trackers in a window.

        OFFSET 0 forces the planner to look up each tracker by number. Without table statistics, it would otherwise scan
        all trackers and run the inner query for each of them. If it knew the organisation, but its statistics did not,
        it could look up the number in another index, and read all of its entries of the organisation.
        """
        if self.plan.trackers is not None:
            trackers = self.plan.trackers(window)
            return (
                f"SELECT {self.select}, {self.order.columns} FROM ({trackers}) t {self.source} WHERE {self.visibility}"
            )
        keys = ", ".join(f'found."key{n}"' for n in range(len(self.order.keys)))
        return (
            f"SELECT {self.select}, {keys} FROM ({self.plan.rows(window)}) found "
            f"CROSS JOIN LATERAL (SELECT * FROM tracker WHERE organisation_id = {self.scope.organisation} "
            f"AND number = found.number OFFSET 0) t "
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
    source = (query.selection or all_columns(Tracker)).source("t")
    visibility = visibility_condition(Tracker, "t", viewer, statement)
    plan = (
        plan_learner_list(viewer, query.filter_by, query.order_by, statement, visibility)
        if for_learner
        else plan_list(viewer, query.filter_by, query.order_by, statement)
    )
    return _TrackerListQuery(
        order=order,
        statement=statement,
        plan=plan,
        select=source.columns,
        source=source.joins(viewer, statement),
        visibility=visibility,
        scope=Scope(viewer, statement),
    )
