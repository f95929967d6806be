"""Tests of the changes that the demo data's process automations propose or have made."""

from collections import Counter
from typing import Any

from models import Member, Tracker, TrackerStatus
from services.automations.worker import apply_due
from services.demo.fill import fill_demo
from tests.support.clients.graphql import data

PAGE = """
query ($after: String) { trackers(first: 100, after: $after, filter: { category: [PROCESS_AUTOMATION] }) {
  nodes { number type { key } status appliesOn proposedChanges { field before after current conflict } }
  pageInfo { endCursor }
} }
"""


async def test_proposed_changes_agree_with_the_status_and_one_conflicts(database: str) -> None:
    await fill_demo()
    admin = await Member.get(email="admin@northgate.example")
    trackers: list[Any] = (await data(admin, PAGE))["trackers"]["nodes"]
    assert len(trackers) == await Tracker.filter(type__category="PROCESS_AUTOMATION").count()

    without_changes = Counter(tracker["status"] for tracker in trackers if not tracker["proposedChanges"])
    assert set(without_changes) == {"REJECTED", "CLOSED"}
    by_status = Counter(tracker["status"] for tracker in trackers)
    assert without_changes == {status: by_status[status] for status in without_changes}
    for tracker in trackers:
        changes = tracker["proposedChanges"]
        if tracker["status"] == "RESOLVED":
            assert all(change["before"] != change["after"] == change["current"] for change in changes), tracker
        else:
            assert any(change["current"] != change["after"] for change in changes) or not changes, tracker
    conflicts = [
        (
            tracker["type"]["key"],
            tracker["status"],
            [change["field"] for change in tracker["proposedChanges"] if change["conflict"]],
        )
        for tracker in trackers
        if any(change["conflict"] for change in tracker["proposedChanges"])
    ]
    assert conflicts == [("CHANGE_OF_ADDRESS", "NEW", ["learner.addressLine1"])]


async def test_waiting_automations_are_applied_on_their_effective_date(database: str) -> None:
    await fill_demo()
    waiting = await Tracker.filter(applies_on__isnull=False)
    assert len(waiting) == 8
    last_date = max(tracker.applies_on for tracker in waiting if tracker.applies_on)
    assert await apply_due(day=last_date) == 8
    statuses: Any = await Tracker.filter(id__in=[tracker.id for tracker in waiting]).values_list("status", flat=True)
    assert set(statuses) == {TrackerStatus.RESOLVED}
