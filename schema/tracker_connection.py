"""Connections of trackers, history events and comments, fetched together with the related rows that are selected."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from models import Comment, Learner, Member, Tracker, TrackerEvent
from models.rows import row, rows
from schema.context import Info
from schema.inputs.tracker_filter import TrackerFilter, TrackerOrder
from schema.loaders import Loaders, PageKey
from schema.relay import ConnectionData, make_connection
from schema.selection import selected_names, selects_total_count
from services.paging.pages import Page, PageRequest
from services.tracker_types.catalogue import available_types_from_records
from services.trackers.listing import filters
from services.trackers.listing.page import RELATED_ROWS, TrackerQuery, page_of_trackers

_LEARNER_ALIASES = {"programme": "programme", "employer": "employer", "tutor": "tutor", "groups": "groups"}
_TRACKER_ALIASES = {"assignee": "assignee", "createdBy": "creator", "learner": "learner", "type": "type"}
_FIELDS_USING_TYPE = frozenset({"transitions", "viewerCanEdit"})


def _related_aliases(names: frozenset[str]) -> frozenset[str]:
    """Return the SQL aliases of the related rows to join, given the names of the selected fields."""
    aliases = {alias for name, alias in _TRACKER_ALIASES.items() if name in names}
    if "learner" in aliases:
        aliases |= {alias for name, alias in _LEARNER_ALIASES.items() if name in names}
    if names & _FIELDS_USING_TYPE:
        aliases.add("type")
    return frozenset(aliases)


async def tracker_connection(
    info: Info, request: PageRequest, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None
) -> ConnectionData:
    """Return a page of the trackers that the viewer can see."""
    query = _tracker_query(info, filter_by, order_by)
    page = await page_of_trackers(info.context.require_viewer(), request, query)
    return await _tracker_connection(page, info.context.loaders)


async def learner_tracker_connection(
    learner_id: UUID,
    info: Info,
    request: PageRequest,
    filter_by: TrackerFilter | None,
    order_by: list[TrackerOrder] | None,
) -> ConnectionData:
    """Return a page of a learner's trackers that the viewer can see."""
    query = _tracker_query(info, filter_by, order_by)
    key = PageKey(learner_id, request, query.count, query)
    return await _tracker_connection(await info.context.loaders.learner_trackers.load(key), info.context.loaders)


def _tracker_query(info: Info, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None) -> TrackerQuery:
    names = selected_names(info)
    return TrackerQuery(
        filter_by=filters.NO_FILTER if filter_by is None else filter_by.decode(),
        order_by=tuple(order.decode() for order in order_by or ()),
        related=_related_aliases(names),
        count="totalCount" in names,
    )


async def history_connection(tracker_id: UUID, info: Info, request: PageRequest) -> ConnectionData:
    """Return a page of a tracker's history."""
    loaders = info.context.loaders
    page = await loaders.histories.load(PageKey(tracker_id, request, selects_total_count(info)))
    _prime_loaders(loaders, page.records)
    return make_connection(page, rows(TrackerEvent, "e", page.records))


async def comment_connection(tracker_id: UUID, info: Info, request: PageRequest) -> ConnectionData:
    """Return a page of a tracker's comments."""
    loaders = info.context.loaders
    page = await loaders.comments.load(PageKey(tracker_id, request, selects_total_count(info)))
    _prime_loaders(loaders, page.records)
    return make_connection(page, rows(Comment, "c", page.records))


async def _tracker_connection(page: Page, loaders: Loaders) -> ConnectionData:
    _prime_loaders(loaders, page.records)
    if page.records and "type.version_id" in page.records[0]:
        available_types = await available_types_from_records(page.records)
        loaders.tracker_types.prime_many({type_.type.id: type_ for type_ in available_types})
    return make_connection(page, rows(Tracker, "t", page.records))


def _prime_loaders(loaders: Loaders, records: Sequence[Mapping[str, Any]]) -> None:
    """Prime the data loaders with the related rows in the records, so that resolvers do not query for them."""
    if not records:
        return
    aliases = [alias for alias in (*RELATED_ROWS, "actor", "author") if f"{alias}.id" in records[0]]
    for record in records:
        for alias in aliases:
            model = RELATED_ROWS[alias][0] if alias in RELATED_ROWS else Member
            related_row: Any = row(model, alias, record)
            if related_row is None:
                continue
            (loaders.rows(Learner) if model is Learner else loaders.references).prime(related_row.id, related_row)
        if "groups" in record:
            loaders.groups.prime(record["learner.id"], list(record["groups"]))
