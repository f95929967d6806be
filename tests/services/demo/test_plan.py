"""Tests that the application could have produced the demo trackers, for demo data of several dates."""

import asyncio
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from models import (
    Inbox,
    Learner,
    LearningAim,
    Mail,
    Member,
    MemberKind,
    Notification,
    OrganisationCounter,
    Role,
    Tracker,
    TrackerCategory,
    TrackerEvent,
    TrackerEventKind,
    TrackerStatus,
)
from models.database import database as opened
from server.setting_values import database_credentials
from services.automations.aims import affected_aims
from services.automations.rules import check_automation
from services.demo.fill import fill_demo
from services.forms.references import look_up
from services.forms.validate import check_form
from services.kernel.dates import local_date
from services.kernel.error_collector import ErrorCollector
from services.tracker_types.transitions import AUTOMATION_TRANSITIONS, PLAIN_TRANSITIONS
from tests.support.databases.postgres import administer, with_database
from tests.support.scenarios.demo_checks import (
    definitions_by_version,
    events_by_tracker,
    expected_effects,
    recorded_values,
    submitted_values,
)

PROCESS = TrackerCategory.PROCESS_AUTOMATION
DONE = (TrackerStatus.RESOLVED, TrackerStatus.REJECTED, TrackerStatus.CLOSED)
TIMES = [
    dt.datetime(2026, 11, 24, 2, 30, tzinfo=dt.UTC),  # a Tuesday, before work
    dt.datetime(2027, 1, 1, 0, 10, tzinfo=dt.UTC),  # the first minutes of a year
    dt.datetime(2027, 3, 28, 0, 59, tzinfo=dt.UTC),  # a Sunday, one minute before the clocks go forward
    dt.datetime(2027, 8, 2, 22, 59, tzinfo=dt.UTC),  # a Monday in the first week of an ILR year
    dt.datetime(2028, 2, 29, 12, 0, tzinfo=dt.UTC),  # a leap day
    dt.datetime(2029, 10, 27, 23, 30, tzinfo=dt.UTC),  # already Sunday in London
]


@pytest.fixture(scope="module", params=TIMES, ids=str)
def demo_database(postgres: str, template: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, dt.datetime]]:
    """Yield the URL of a database with the demo data, and the time for which the data was generated.

    The tests of this module must only read the database.
    """
    name, time = f"demo_{TIMES.index(request.param)}", request.param
    url = with_database(postgres, name)

    async def create_database() -> None:
        await administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
        async with opened(database_credentials(url)):
            await fill_demo(now=time)

    asyncio.run(create_database())
    yield url, time
    asyncio.run(administer(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def now(demo_database: tuple[str, dt.datetime]) -> AsyncIterator[dt.datetime]:
    """Open the database, and yield the time for which its data was generated."""
    url, time = demo_database
    async with opened(database_credentials(url)):
        yield time


async def test_numbers_types_and_statuses(now: dt.datetime) -> None:
    for counter in await OrganisationCounter.all():
        trackers = await Tracker.filter(organisation_id=counter.organisation_id).order_by("number")
        assert [tracker.number for tracker in trackers] == list(range(1, counter.trackers + 1))
        assert [tracker.created_at for tracker in trackers] == sorted(tracker.created_at for tracker in trackers)
        assert all(
            now - dt.timedelta(days=130) < tracker.created_at <= tracker.updated_at < now for tracker in trackers
        )
        assert trackers[-1].created_at > now - dt.timedelta(days=8)
    northgate = await Tracker.filter(organisation__name="Northgate Training").prefetch_related("type")
    assert Counter(tracker.status for tracker in northgate) == {
        TrackerStatus.NEW: 73,
        TrackerStatus.APPROVED: 9,
        TrackerStatus.RESOLVED: 58,
        TrackerStatus.REJECTED: 22,
        TrackerStatus.CLOSED: 38,
    }
    assert len({tracker.type.key for tracker in northgate}) == 18


async def test_some_trackers_are_due_soon_and_some_are_overdue(now: dt.datetime) -> None:
    today = local_date(now)
    open_trackers = await Tracker.filter(organisation__name="Northgate Training", status__not_in=DONE)
    due_dates = [tracker.due_date for tracker in open_trackers if tracker.due_date]
    assert sum(date < today for date in due_dates) >= 3
    assert sum(today <= date <= today + dt.timedelta(days=7) for date in due_dates) >= 3
    assert len(due_dates) < len(open_trackers)
    assert all(
        tracker.due_date is None or tracker.due_date > local_date(tracker.created_at) for tracker in open_trackers
    )


async def test_all_values_were_valid_when_entered(now: dt.datetime) -> None:
    types = await definitions_by_version()
    for tracker in await Tracker.all():
        _, definition = types[tracker.type_version_id]
        values = submitted_values(definition, tracker.values)
        checked = check_form(
            definition,
            values,
            lookup=await look_up(tracker.organisation_id, values),
            today=local_date(tracker.created_at),
            status_after=tracker.status,
        )
        assert (checked.problems, checked.values) == ((), tracker.values)
        assert tracker.description


async def test_automations_agree_with_the_learners_record(now: dt.datetime) -> None:
    """Check that open automations can still be applied, and that the record has the values of applied ones."""
    types, failures = await definitions_by_version(), []
    open_automations: Counter[object] = Counter()
    for tracker in await Tracker.filter(type__category=PROCESS).prefetch_related("learner"):
        type_row, definition = types[tracker.type_version_id]
        learner: Learner = tracker.learner
        if tracker.status == TrackerStatus.RESOLVED:
            effects = expected_effects(definition, tracker.values)
            aims = await LearningAim.filter(learner_id=learner.id).order_by("sequence")
            assert recorded_values(effects, learner, aims[0]) == effects, type_row.key
            assert learner.changed_at == tracker.updated_at
        elif tracker.status not in DONE:
            open_automations[learner.id] += 1
            errors = ErrorCollector()
            await check_automation(errors, definition, tracker.values, learner)
            aims = affected_aims(definition, tracker.values, await LearningAim.filter(learner_id=learner.id))
            assert bool(aims) == bool(definition.aims)
            if errors.problems:
                failures.append((tracker.status, tracker.applies_on, [problem.message for problem in errors.problems]))
    assert set(open_automations.values()) == {1}
    message = "The learner's programme status is 'On a break'. It must be one of 'Active', 'Entered assessment (EPA)'."
    assert failures == [(TrackerStatus.APPROVED, None, [message])]
    comments: Any = await TrackerEvent.filter(kind=TrackerEventKind.APPLY_FAILED).values_list("comment", flat=True)
    assert comments == [message]


async def test_approved_automations_wait_for_their_effective_date(now: dt.datetime) -> None:
    types = await definitions_by_version()
    waiting = 0
    for tracker in await Tracker.filter(applies_on__isnull=False):
        _, definition = types[tracker.type_version_id]
        assert tracker.status == TrackerStatus.APPROVED
        assert tracker.applies_on is not None
        assert tracker.values[definition.effective_on or ""] == tracker.applies_on.isoformat()
        assert tracker.applies_on > local_date(now)
        waiting += 1
    assert waiting == 8


async def test_the_events_of_each_tracker_lead_to_its_status(now: dt.datetime) -> None:
    types, events = await definitions_by_version(), await events_by_tracker()
    for tracker in await Tracker.all():
        automation = types[tracker.type_version_id][0].category == PROCESS
        steps = events[tracker.id]
        first = steps[0]
        assert (first.kind, first.actor_id, first.at) == (
            TrackerEventKind.CREATED,
            tracker.created_by_id,
            tracker.created_at,
        )
        assert (first.version, first.changes) == (1, [])
        assert first.comment is None
        status, version = TrackerStatus.NEW, 1
        for step in steps[1:]:
            if step.kind == TrackerEventKind.APPLY_FAILED:
                version += 1  # it no longer waits for its effective date
                assert (step.changes, step.actor_id, step.version) == ([], None, version)
                continue
            new_status = TrackerStatus(step.changes[0]["after"].upper())
            before, after = status.capitalize(), new_status.capitalize()
            assert step.changes[0] == {"path": ["status"], "label": "Status", "before": before, "after": after}
            assert (len(step.changes) > 1) == (step.kind == TrackerEventKind.APPLIED)
            assert all(change["before"] != change["after"] for change in step.changes)
            assert new_status in (AUTOMATION_TRANSITIONS if automation else PLAIN_TRANSITIONS)[status]
            assert (step.kind == TrackerEventKind.APPLIED) == (automation and new_status == TrackerStatus.RESOLVED)
            assert (step.actor_id is None) == (step.kind == TrackerEventKind.APPLIED)
            assert step.comment or new_status != TrackerStatus.REJECTED
            status, version = new_status, version + 1
            assert step.version == version
        assert (status, version, steps[-1].at) == (tracker.status, tracker.version, tracker.updated_at)
        assert len({step.at for step in steps}) == len(steps)


async def test_every_actor_is_permitted_to_act(now: dt.datetime) -> None:
    members = {member.id: member for member in await Member.all()}
    events = await events_by_tracker()
    for tracker in await Tracker.all().prefetch_related("type", "learner"):
        automation = tracker.type.category == PROCESS
        assert tracker.created_by_id is not None
        creator = members[tracker.created_by_id]
        required_roles = {Role.CREATE_TRACKERS} | ({Role.CREATE_PROCESS_AUTOMATION_TRACKERS} if automation else set())
        assert required_roles <= set(creator.roles)
        assert creator.kind == MemberKind.ADMINISTRATOR or tracker.learner.tutor_id == creator.id
        if tracker.assignee_id:
            assert tracker.assignee_id == creator.id or members[tracker.assignee_id].kind == MemberKind.ADMINISTRATOR
        for step in events[tracker.id][1:]:
            if automation and step.actor_id:
                is_withdrawn = step.changes[0]["after"] == "Closed"
                assert (step.actor_id == creator.id) == is_withdrawn  # so the four-eyes rule holds
                assert is_withdrawn or Role.EDIT_PROCESS_AUTOMATION_TRACKERS in members[step.actor_id].roles


async def test_all_members_involved_are_notified(now: dt.datetime) -> None:
    inboxes: dict[object, list[Notification]] = defaultdict(list)
    for notification in await Notification.all().order_by("cursor"):
        inboxes[notification.recipient_id].append(notification)
    for inbox in await Inbox.all():
        notifications = inboxes[inbox.member_id]
        assert [row.cursor for row in notifications] == list(range(1, inbox.cursor + 1))
        assert [row.created_at for row in notifications] == sorted(row.created_at for row in notifications)
        assert all(row.actor_id != inbox.member_id for row in notifications)
        assert all(row.read_at is None or row.created_at < row.read_at < now for row in notifications)
    expected, events = set(), await events_by_tracker()
    for tracker in await Tracker.all():
        for step in events[tracker.id]:
            created = step.kind == TrackerEventKind.CREATED
            recipients, actor = (
                {tracker.assignee_id} if created else {tracker.assignee_id, tracker.created_by_id},
                step.actor_id,
            )
            if actor is None:
                # If the system applies an automation at once, the approver counts as the actor; if later, they are notified.
                approval = events[tracker.id][1]
                at_once = step.at - approval.at < dt.timedelta(minutes=1)
                actor, recipients = (
                    (approval.actor_id, recipients) if at_once else (None, recipients | {approval.actor_id})
                )
            for member in recipients:
                if member and member != actor:
                    expected.add((tracker.id, member, "ASSIGNED" if created else step.kind.value, step.at))
    notified = [
        (row.tracker_id, row.recipient_id, row.kind.value, row.created_at)
        for notifications in inboxes.values()
        for row in notifications
    ]
    assert (set(notified), len(notified)) == (expected, len(expected))
    unread = Counter(
        row.recipient_id for notifications in inboxes.values() for row in notifications if row.read_at is None
    )
    admin = await Member.get(email="admin@northgate.example")
    assert 1 <= unread[admin.id] < len(inboxes[admin.id])
    assert await Mail.all().count() == 0
