"""What the demo data's automations propose: one is in conflict, some wait, and what was applied says what it did."""

from collections import Counter
from typing import Any

from models import Member, Tracker, TrackerStatus
from services.automations.worker import apply_due
from services.demo import fill_demo
from tests.support.clients.graphql import data

PAGE = """
query ($after: String) { trackers(first: 100, after: $after, filter: { category: [PROCESS_AUTOMATION] }) {
  nodes { number type { key } status appliesOn proposedChanges { field before after current conflict } }
  pageInfo { endCursor }
} }
"""


async def test_every_open_automation_can_be_judged_and_every_applied_one_tells_what_it_did(database: str) -> None:
    await fill_demo()
    admin = await Member.get(email="admin@northgate.example")
    found: list[Any] = (await data(admin, PAGE))["trackers"]["nodes"]
    assert len(found) == await Tracker.filter(type__category="PROCESS_AUTOMATION").count()

    empty = Counter(one["status"] for one in found if not one["proposedChanges"])
    assert set(empty) == {"REJECTED", "CLOSED"}
    given_up = Counter(one["status"] for one in found)
    assert empty == {status: given_up[status] for status in empty}
    for tracker in found:
        changes = tracker["proposedChanges"]
        if tracker["status"] == "RESOLVED":
            assert all(one["before"] != one["after"] == one["current"] for one in changes), tracker
        else:
            assert any(one["current"] != one["after"] for one in changes) or not changes, tracker
    conflicts = [
        (
            one["type"]["key"],
            one["status"],
            [change["field"] for change in one["proposedChanges"] if change["conflict"]],
        )
        for one in found
        if any(change["conflict"] for change in one["proposedChanges"])
    ]
    assert conflicts == [("CHANGE_OF_ADDRESS", "NEW", ["learner.addressLine1"])]


async def test_what_waits_is_applied_when_its_day_comes(database: str) -> None:
    await fill_demo()
    waiting = await Tracker.filter(applies_on__isnull=False)
    assert len(waiting) == 8
    last = max(one.applies_on for one in waiting if one.applies_on)
    assert await apply_due(day=last) == 8
    statuses: Any = await Tracker.filter(id__in=[one.id for one in waiting]).values_list("status", flat=True)
    assert set(statuses) == {TrackerStatus.RESOLVED}
