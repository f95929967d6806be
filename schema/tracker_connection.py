"""Connections of trackers and of their history and comments, read by one statement with the rows that the selection needs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from models import Comment, Learner, Member, Tracker, TrackerEvent
from models.rows import row
from schema.context import Info
from schema.inputs.tracker_filter import TrackerFilter, TrackerOrder
from schema.loaders import Loaders, PageKey
from schema.relay import ConnectionData, make_connection
from schema.selection import selected_names, selects_total_count
from services.paging.pages import Page, PageRequest
from services.tracker_types.catalogue import available_types_from_records
from services.trackers.listing import filters
from services.trackers.listing.page import RELATED_ROWS, TrackerQuery, page_of_trackers

_BELOW_LEARNER = {"programme": "programme", "employer": "employer", "tutor": "tutor", "groups": "groups"}
_BELOW_TRACKER = {"assignee": "assignee", "createdBy": "creator", "learner": "learner", "type": "type"}
_NEED_TYPE = frozenset({"transitions", "viewerCanEdit"})


def _related(names: frozenset[str]) -> frozenset[str]:
    """Return the aliases of the rows to read with the trackers, given the names of the selected fields."""
    aliases = {alias for name, alias in _BELOW_TRACKER.items() if name in names}
    if "learner" in aliases:
        aliases |= {alias for name, alias in _BELOW_LEARNER.items() if name in names}
    if names & _NEED_TYPE:
        aliases.add("type")
    return frozenset(aliases)


async def tracker_connection(
    info: Info, request: PageRequest, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None
) -> ConnectionData:
    """Return a page of the organisation's trackers."""
    query = _query(info, filter_by, order_by)
    page = await page_of_trackers(info.context.require_viewer(), request, query)
    return await _tracker_connection(page, info.context.loaders)


async def learner_tracker_connection(
    learner_id: UUID,
    info: Info,
    request: PageRequest,
    filter_by: TrackerFilter | None,
    order_by: list[TrackerOrder] | None,
) -> ConnectionData:
    """Return a page of a learner's trackers."""
    query = _query(info, filter_by, order_by)
    key = PageKey(learner_id, request, query.count, query)
    return await _tracker_connection(await info.context.loaders.learner_trackers.load(key), info.context.loaders)


def _query(info: Info, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None) -> TrackerQuery:
    names = selected_names(info)
    return TrackerQuery(
        filter_by=filters.ALL if filter_by is None else filter_by.decode(),
        order_by=tuple(order.decode() for order in order_by or ()),
        related=_related(names),
        count="totalCount" in names,
    )


async def history_connection(tracker_id: UUID, info: Info, request: PageRequest) -> ConnectionData:
    """Return a page of a tracker's history."""
    loaders = info.context.loaders
    page = await loaders.histories.load(PageKey(tracker_id, request, selects_total_count(info)))
    _prime_people(loaders, page.records)
    return make_connection(page, [row(TrackerEvent, "e", record) for record in page.records])


async def comment_connection(tracker_id: UUID, info: Info, request: PageRequest) -> ConnectionData:
    """Return a page of a tracker's comments."""
    loaders = info.context.loaders
    page = await loaders.comments.load(PageKey(tracker_id, request, selects_total_count(info)))
    _prime_people(loaders, page.records)
    return make_connection(page, [row(Comment, "c", record) for record in page.records])


async def _tracker_connection(page: Page, loaders: Loaders) -> ConnectionData:
    _prime_people(loaders, page.records)
    if page.records and "type.version_id" in page.records[0]:
        available_types = await available_types_from_records(page.records)
        loaders.tracker_types.prime_many({available.type.id: available for available in available_types})
    return make_connection(page, [row(Tracker, "t", record) for record in page.records])


def _prime_people(loaders: Loaders, records: Sequence[Mapping[str, Any]]) -> None:
    """Put the rows that were read with the trackers into the loaders, so that these read nothing."""
    if not records:
        return
    aliases = [alias for alias in (*RELATED_ROWS, "actor", "author") if f"{alias}.id" in records[0]]
    for record in records:
        for alias in aliases:
            model = RELATED_ROWS[alias][0] if alias in RELATED_ROWS else Member
            person: Any = row(model, alias, record)
            if person is None:
                continue
            (loaders.rows(Learner) if model is Learner else loaders.references).prime(person.id, person)
        if "groups" in record:
            loaders.groups.prime(record["learner.id"], list(record["groups"]))
