"""A test of concurrent creations: no deadlock, consecutive numbers and cursors, and one email for each notification."""

import asyncio
from collections import Counter

import pytest

from models import Inbox, Mail, Notification, OrganisationCounter, Tracker
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.scenarios.college import CREATE_ROLES, college, create


@pytest.mark.slow
async def test_two_hundred_concurrent_creations_among_four_members(database: str) -> None:
    tenant = await college()
    members = [await make.member(tenant.organisation, roles=CREATE_ROLES) for _ in range(4)]
    pairs = [
        (members[n % 4], members[(n + 1 + n // 4 % 3) % 4]) for n in range(200)
    ]  # nobody is assigned their own tracker
    assert {Counter(assignee.id for _, assignee in pairs)[member.id] for member in members} == {50}

    async with asyncio.timeout(60):
        payloads = await asyncio.gather(
            *(create(member, tenant.job(assigneeId=gid(assignee))) for member, assignee in pairs)
        )

    assert [payload["errors"] for payload in payloads] == [[]] * 200
    assert sorted(payload["tracker"]["number"] for payload in payloads) == list(range(1, 201))
    assert (await OrganisationCounter.get()).trackers == 200
    for member in members:
        notifications = await Notification.filter(recipient=member).order_by("cursor").prefetch_related("tracker")
        assert [notification.cursor for notification in notifications] == list(range(1, 51))
        assert {
            (notification.tracker.assignee_id, notification.tracker.created_by_id == notification.actor_id)
            for notification in notifications
        } == {(member.id, True)}
        assert len({notification.tracker_id for notification in notifications}) == 50
        assert (await Inbox.get(member_id=member.id)).cursor == 50
    mails = await Mail.all().values_list("notification_id", flat=True)
    assert sorted(map(str, mails)) == sorted(map(str, await Notification.all().values_list("id", flat=True)))
    assert await Tracker.all().count() == 200
