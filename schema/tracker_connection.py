"""Connections of trackers, history events and comments, fetched together with the related rows that are selected."""

from typing import Any
from uuid import UUID

from models import Comment, Tracker, TrackerEvent
from schema.context import Info
from schema.declaration.fields import then
from schema.declaration.relay import ConnectionData, connection_of_rows
from schema.inputs.tracker_filter import TrackerFilter, TrackerOrder
from schema.reading.loaders import PageKey
from schema.reading.selection import CONNECTION, field_below, selected_row, selects_total_count
from services.paging.pages import PageRequest
from services.row_selection import RowSelection
from services.trackers.listing import filters
from services.trackers.listing.page import TrackerQuery, page_of_trackers


async def tracker_connection(
    info: Info, request: PageRequest, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None
) -> ConnectionData:
    """Return a page of the trackers that the viewer can see."""
    selection = selected_row(info, Tracker, CONNECTION)
    query = _tracker_query(info, selection, filter_by, order_by)
    page = await page_of_trackers(info.context.require_viewer(), request, query)
    return connection_of_rows(page, selection, "t")


def learner_tracker_connection(
    learner_id: UUID,
    info: Info,
    request: PageRequest,
    filter_by: TrackerFilter | None,
    order_by: list[TrackerOrder] | None,
) -> Any:
    """Return an awaitable of a page of a learner's trackers that the viewer can see."""
    selection = selected_row(info, Tracker, CONNECTION)
    query = _tracker_query(info, selection, filter_by, order_by)
    key = PageKey(learner_id, request, query.count, selection, query)
    page = info.context.loaders.learner_trackers.load(key)
    return then(page, lambda page: connection_of_rows(page, selection, "t"))


def _tracker_query(
    info: Info,
    selection: RowSelection[Tracker],
    filter_by: TrackerFilter | None,
    order_by: list[TrackerOrder] | None,
) -> TrackerQuery:
    return TrackerQuery(
        filter_by=filters.NO_FILTER if filter_by is None else filter_by.decode(),
        order_by=tuple(order.decode() for order in order_by or ()),
        selection=selection,
        count=selects_total_count(info),
    )


def history_connection(tracker_id: UUID, info: Info, request: PageRequest) -> Any:
    """Return a page of a tracker's history, or an awaitable of it."""
    key = _history_key(tracker_id, info, request)
    page = info.context.loaders.histories.load(key)
    return then(page, lambda page: connection_of_rows(page, key.selection, "e"))


def selected_history(tracker_id: UUID, info: Info) -> PageKey | None:
    """Return which page of the history is selected of the tracker that the current field returns, if it is just one."""
    below = field_below(info, Tracker.__name__, "history")
    return None if below is None else _history_key(tracker_id, below[0], PageRequest(**below[1]))


def _history_key(tracker_id: UUID, info: Info, request: PageRequest) -> PageKey:
    return PageKey(tracker_id, request, selects_total_count(info), selected_row(info, TrackerEvent, CONNECTION))


def comment_connection(tracker_id: UUID, info: Info, request: PageRequest) -> Any:
    """Return an awaitable of a page of a tracker's comments."""
    selection = selected_row(info, Comment, CONNECTION)
    key = PageKey(tracker_id, request, selects_total_count(info), selection)
    page = info.context.loaders.comments.load(key)
    return then(page, lambda page: connection_of_rows(page, selection, "c"))
