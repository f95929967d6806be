"""Changing trackers, and what tests of that look at."""

from collections.abc import Sequence
from typing import Any

from models import Inbox, Mail, Member, Notification, Role, Tracker, TrackerEvent
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import PROBLEM, College, Json, create, text, ticked

UPDATE = f"""
mutation ($input: UpdateTrackerInput!) {{
  updateTracker(input: $input) {{
    tracker {{
      id status version description dueDate assignee {{ name }} values {{ key display }}
      history(last: 1) {{ totalCount nodes {{
        kind version comment actor {{ name }} changes {{ path label before after }}
      }} }}
    }}
    errors {{ {PROBLEM} }}
  }}
}}
"""
VALIDATE = f"query ($input: UpdateTrackerInput!) {{ validateTrackerUpdate(input: $input) {{ {PROBLEM} }} }}"

EDIT = Role.EDIT_PROCESS_AUTOMATION_TRACKERS
ADDRESS: list[Json] = [text("postcode", "SW1A 1AA"), text("addressLine1", "1 High Street"), *ticked("confirmed")]


async def opened(house: College, by: Member | None = None, **entries: Any) -> Tracker:
    """A tracker as createTracker makes it: a JOB of Ada's unless the entry says otherwise."""
    payload = await create(by or house.ada, house.job(**entries))
    assert payload["errors"] == []
    return await Tracker.get(number=payload["tracker"]["number"], organisation=house.organisation)


async def address(house: College, **entries: Any) -> Tracker:
    """A change of the learner's address, made by Ada."""
    return await opened(house, type="CHANGE_OF_ADDRESS", values=ADDRESS, **entries)


async def approver(house: College, name: str = "Eve") -> Member:
    """An administrator who may approve, and nothing else."""
    return await make.member(house.organisation, name=name, roles=[EDIT])


async def update(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """The payload of updateTracker; the version is the tracker's unless the entry names one."""
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    payload: Json = (await data(member, UPDATE, input=entry))["updateTracker"]
    return payload


async def updated(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """The tracker after an update that is taken, which its dry run foretold."""
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    assert (await data(member, VALIDATE, input=entry))["validateTrackerUpdate"] == []
    payload = await update(member, tracker, **entries)
    assert payload["errors"] == []
    found: Json = payload["tracker"]
    return found


async def event(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """The one event that an update that is taken adds to the history."""
    before = await TrackerEvent.filter(tracker=tracker).count()
    history = (await updated(member, tracker, **entries))["history"]
    assert history["totalCount"] == before + 1
    added: Json = history["nodes"][0]
    return added


async def refused(member: Member, tracker: Tracker, **entries: Any) -> list[Json]:
    """The problems of an update: told alike by updateTracker and its dry run, and nothing at all came of it."""
    before = await everything_written()
    payload = await update(member, tracker, **entries)
    assert payload["tracker"] is None
    problems: list[Json] = payload["errors"]
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    assert (await data(member, VALIDATE, input=entry))["validateTrackerUpdate"] == problems
    assert await everything_written() == before
    return problems


async def told(*members: Member) -> dict[str, list[str]]:
    """What members were notified of, in order, by their names."""
    return {
        member.name: [
            str(kind)
            for kind in await Notification.filter(recipient=member).order_by("cursor").values_list("kind", flat=True)
        ]
        for member in members
    }


async def everything_written() -> dict[str, Sequence[object]]:
    """All that changing trackers leaves behind."""
    return {
        "trackers": [dict(row) for row in await Tracker.all().order_by("id").values()],
        "history": await TrackerEvent.all().order_by("id").values_list("id", flat=True),
        "notifications": await Notification.all().order_by("id").values_list("id", "cursor"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "cursors": await Inbox.all().order_by("member_id").values_list("cursor", flat=True),
    }


def change(path: str, label: str, before: str | None, after: str | None) -> Json:
    """A change as history tells it; ``path`` is joined by dots."""
    return {"path": path.split("."), "label": label, "before": before, "after": after}
