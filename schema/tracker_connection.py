"""Pages of trackers and of their history: one statement each, with the rows that the selection will ask for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from models import Comment, Learner, Member, Tracker, TrackerEvent
from models.rows import row
from schema.context import Info
from schema.inputs.tracker_filter import TrackerFilter, TrackerOrder, rule_of, terms_of
from schema.loaders import Loaders, Wanted
from schema.relay import ConnectionOf, connection
from schema.selection import asks_for_total, names_below
from services.paging.pages import Page, PageRequest
from services.tracker_types.catalogue import offered
from services.trackers.listing.page import PEOPLE, TrackerQuery, page_of_trackers

_BELOW_LEARNER = {"programme": "programme", "employer": "employer", "tutor": "tutor", "groups": "groups"}
_BELOW_TRACKER = {"assignee": "assignee", "createdBy": "creator", "learner": "learner", "type": "type"}
_ASK_TYPE = frozenset({"transitions", "viewerCanEdit"})


def _companions(names: frozenset[str]) -> frozenset[str]:
    """The rows that should come along with the trackers, given the names of the selected fields."""
    wanted = {alias for name, alias in _BELOW_TRACKER.items() if name in names}
    if "learner" in wanted:
        wanted |= {alias for name, alias in _BELOW_LEARNER.items() if name in names}
    if names & _ASK_TYPE:
        wanted.add("type")
    return frozenset(wanted)


async def page(
    info: Info, request: PageRequest, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None
) -> ConnectionOf:
    """A page of the organisation's trackers."""
    query = _query(info, filter_by, order_by)
    found = await page_of_trackers(info.context.require_viewer(), request, query)
    return await _connection(found, info.context.loaders)


async def trackers_of_learner(
    learner_id: UUID,
    info: Info,
    request: PageRequest,
    filter_by: TrackerFilter | None,
    order_by: list[TrackerOrder] | None,
) -> ConnectionOf:
    """A page of a learner's trackers."""
    query = _query(info, filter_by, order_by)
    wanted = Wanted(learner_id, request, query.count, query)
    return await _connection(await info.context.loaders.trackers_of_learners.load(wanted), info.context.loaders)


def _query(info: Info, filter_by: TrackerFilter | None, order_by: list[TrackerOrder] | None) -> TrackerQuery:
    names = names_below(info)
    return TrackerQuery(
        filter_by=rule_of(filter_by),
        order_by=terms_of(order_by),
        companions=_companions(names),
        count="totalCount" in names,
    )


async def history_of(tracker_id: UUID, info: Info, request: PageRequest) -> ConnectionOf:
    """A page of a tracker's history."""
    loaders = info.context.loaders
    found = await loaders.histories.load(Wanted(tracker_id, request, asks_for_total(info)))
    _prime_people(loaders, found.records)
    return connection(found, [row(TrackerEvent, "e", record) for record in found.records])


async def comments_of(tracker_id: UUID, info: Info, request: PageRequest) -> ConnectionOf:
    """A page of a tracker's comments."""
    loaders = info.context.loaders
    found = await loaders.comments.load(Wanted(tracker_id, request, asks_for_total(info)))
    _prime_people(loaders, found.records)
    return connection(found, [row(Comment, "c", record) for record in found.records])


async def _connection(found: Page, loaders: Loaders) -> ConnectionOf:
    _prime_people(loaders, found.records)
    if found.records and "type.form" in found.records[0]:
        loaders.types.prime_many({one.type.id: one for one in await offered(found.records)})
    return connection(found, [row(Tracker, "t", record) for record in found.records])


def _prime_people(loaders: Loaders, records: Sequence[Mapping[str, Any]]) -> None:
    """Give the loaders what came along, so that they need not ask for it."""
    if not records:
        return
    there = [alias for alias in (*PEOPLE, "actor", "author") if f"{alias}.id" in records[0]]
    for record in records:
        for alias in there:
            model = PEOPLE[alias][0] if alias in PEOPLE else Member
            found: Any = row(model, alias, record)
            if found is None:
                continue
            (loaders.rows(Learner) if model is Learner else loaders.neighbours).prime(found.id, found)
        if "groups" in record:
            loaders.groups.prime(record["learner.id"], list(record["groups"]))
