"""The naive server's root fields."""

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from tortoise.expressions import F
from tortoise.transactions import in_transaction

import models
from services.forms.documents import definition_from_document
from services.kernel.global_ids import from_global_id, to_global_id
from services.paging.keyset import encode_cursor
from services.trackers.listing.orders import NEWEST_FIRST
from tests.benchmark.naive.forms import TrackerType
from tests.benchmark.naive.types import Member, PageInfo, Tracker

sockets: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
"""What wakes the subscriptions of each member."""


def _row_id(text: str) -> UUID:
    reference = from_global_id(text)
    assert reference is not None
    return reference.id


@strawberry.type
class Trackers:
    nodes: list[Tracker]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def tracker_types(self, info: strawberry.Info) -> list[TrackerType]:
        viewer = await info.context["authenticate"]()
        enabled: Any = await models.ProcessAutomation.filter(
            organisation_id=viewer.organisation_id, enabled=True
        ).values_list("key", flat=True)
        types = []
        for row in await models.TrackerType.filter(organisation_id=None, archived=False).order_by("position"):
            if row.category != "PROCESS_AUTOMATION" or row.key in enabled:
                version = await models.TrackerTypeVersion.get(type_id=row.id, version=row.version)
                types.append(_tracker_type(row, definition_from_document(version.definition)))
        return types

    @strawberry.field
    async def trackers(self, info: strawberry.Info, first: int) -> Trackers:
        viewer = await info.context["authenticate"]()
        rows = (
            await models.Tracker.filter(organisation_id=viewer.organisation_id)
            .order_by("-number")
            .limit(first + 1)
            .prefetch_related("type", "type_version", "learner", "assignee", "created_by")
        )
        cursor = encode_cursor(NEWEST_FIRST, [rows[first - 1].number])
        page_info = PageInfo(has_next_page=len(rows) > first, end_cursor=cursor)
        return Trackers(nodes=[Tracker.of(row) for row in rows[:first]], page_info=page_info)

    @strawberry.field
    async def tracker(self, info: strawberry.Info, id: strawberry.ID) -> Tracker | None:  # noqa: A002
        viewer = await info.context["authenticate"]()
        row = await models.Tracker.get_or_none(id=_row_id(id), organisation_id=viewer.organisation_id)
        return Tracker.of(row) if row else None


def _tracker_type(row: models.TrackerType, definition: Any) -> TrackerType:
    names = ("key", "name", "description", "category", "version")
    columns: dict[str, Any] = {name: getattr(row, name) for name in names}
    type_id = strawberry.ID(to_global_id("TrackerType", row.id))
    return TrackerType(definition=definition, id=type_id, viewer_can_create=True, **columns)


@strawberry.input
class ValueInput:
    text: str | None = None
    decimal: Decimal | None = None
    date: dt.date | None = None
    choices: list[str] | None = None
    reference: strawberry.ID | None = None


@strawberry.input
class FieldValueInput:
    key: str
    value: ValueInput


@strawberry.input
class CreateTrackerInput:
    type: str
    learner_id: strawberry.ID
    assignee_id: strawberry.ID
    description: str
    due_date: dt.date
    values: list[FieldValueInput]


@strawberry.type
class Parameter:
    name: str
    value: str


@strawberry.type
class InputError:
    path: list[str]
    code: str
    message: str
    parameters: list[Parameter]
    rule: str | None


@strawberry.type
class CreateTrackerPayload:
    tracker: Tracker | None
    errors: list[InputError]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_tracker(self, info: strawberry.Info, input: CreateTrackerInput) -> CreateTrackerPayload:  # noqa: A002
        viewer = await info.context["authenticate"]()
        async with in_transaction():
            row = await _insert(viewer, input)
        return CreateTrackerPayload(tracker=Tracker.of(row), errors=[])


async def _insert(viewer: models.Member, entry: CreateTrackerInput) -> models.Tracker:
    now, organisation_id, assignee_id = dt.datetime.now(dt.UTC), viewer.organisation_id, _row_id(entry.assignee_id)
    kind = await models.TrackerType.get(key=entry.type, organisation_id=None)
    version = await models.TrackerTypeVersion.get(type_id=kind.id, version=kind.version)
    await models.OrganisationCounter.filter(organisation_id=organisation_id).update(trackers=F("trackers") + 1)
    counter = await models.OrganisationCounter.get(organisation_id=organisation_id)
    row = await models.Tracker.create(
        organisation_id=organisation_id, number=counter.trackers, type_id=kind.id, type_version_id=version.id,
        learner_id=_row_id(entry.learner_id), assignee_id=assignee_id, created_by_id=viewer.id,
        description=entry.description, due_date=entry.due_date,
        values={slot.key: _stored(slot.value) for slot in entry.values}, created_at=now, updated_at=now,
    )  # fmt: skip
    await models.TrackerEvent.create(
        organisation_id=organisation_id, tracker_id=row.id, kind="CREATED", actor_id=viewer.id, at=now, version=1
    )
    await models.Inbox.filter(member_id=assignee_id).update(cursor=F("cursor") + 1)
    inbox = await models.Inbox.get(member_id=assignee_id)
    notification = await models.Notification.create(
        recipient_id=assignee_id,
        cursor=inbox.cursor,
        kind="ASSIGNED",
        tracker_id=row.id,
        actor_id=viewer.id,
        created_at=now,
    )
    await models.Mail.create(
        kind="ASSIGNMENT", recipient_id=assignee_id, notification_id=notification.id, created_at=now, due_at=now
    )
    return row


def _stored(value: ValueInput) -> Any:
    if value.reference is not None:
        return str(_row_id(value.reference))
    if value.choices is not None:
        return value.choices
    return str(value.text if value.text is not None else value.decimal if value.decimal is not None else value.date)


@strawberry.type
class Notification:
    cursor: str
    kind: str
    text: str
    created_at: dt.datetime
    actor: Member | None
    tracker: Tracker


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def notification_received(
        self, info: strawberry.Info, after: str | None = None
    ) -> AsyncGenerator[Notification, None]:
        viewer = await info.context["authenticate"](info.context["connection_params"]["authorization"])
        cursor, woken = int(after or 0), asyncio.Event()
        sockets[viewer.id].add(woken)
        try:
            while True:
                rows = (
                    await models.Notification.filter(recipient_id=viewer.id, cursor__gt=cursor)
                    .order_by("cursor")
                    .prefetch_related("actor", "tracker__type")
                )
                for row in rows:
                    cursor = row.cursor
                    yield _notification(row)
                await woken.wait()
                woken.clear()
        finally:
            sockets[viewer.id].discard(woken)


def _notification(row: models.Notification) -> Notification:
    tracker, actor = row.tracker, row.actor
    assert actor is not None
    text = f"{actor.name} assigned {tracker.type.name} tracker {tracker.number} to you."
    return Notification(
        cursor=str(row.cursor), kind=row.kind, text=text, created_at=row.created_at, actor=Member.of(actor), tracker=Tracker.of(tracker)
    )  # fmt: skip
