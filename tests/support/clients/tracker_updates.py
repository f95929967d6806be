"""Helpers that update trackers through the API, and read the stored rows."""

from collections.abc import Sequence
from typing import Any

from models import Inbox, Mail, Member, Notification, Role, Tracker, TrackerEvent
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import PROBLEM_FIELDS, College, Json, create, text_value, true_values

UPDATE = f"""
mutation ($input: UpdateTrackerInput!) {{
  updateTracker(input: $input) {{
    tracker {{
      id status version description dueDate assignee {{ name }} values {{ key display }}
      history(last: 1) {{ totalCount nodes {{
        kind version comment actor {{ name }} changes {{ path label before after }}
      }} }}
    }}
    errors {{ {PROBLEM_FIELDS} }}
  }}
}}
"""
VALIDATE = f"query ($input: UpdateTrackerInput!) {{ validateTrackerUpdate(input: $input) {{ {PROBLEM_FIELDS} }} }}"

EDIT_ROLE = Role.EDIT_PROCESS_AUTOMATION_TRACKERS
ADDRESS: list[Json] = [
    text_value("postcode", "SW1A 1AA"),
    text_value("addressLine1", "1 High Street"),
    *true_values("confirmed"),
]


async def new_tracker(tenant: College, creator: Member | None = None, **entries: Any) -> Tracker:
    """Create a tracker through the API and return its row; by default Ada creates it, with the type JOB."""
    payload = await create(creator or tenant.ada, tenant.job(**entries))
    assert payload["errors"] == []
    return await Tracker.get(number=payload["tracker"]["number"], organisation=tenant.organisation)


async def new_address_tracker(tenant: College, **entries: Any) -> Tracker:
    """Create a tracker of type CHANGE_OF_ADDRESS as Ada and return its row."""
    return await new_tracker(tenant, type="CHANGE_OF_ADDRESS", values=ADDRESS, **entries)


async def make_approver(tenant: College, name: str = "Eve") -> Member:
    """Create an administrator whose only role permits approving automations."""
    return await make.member(tenant.organisation, name=name, roles=[EDIT_ROLE])


async def update(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Run ``updateTracker`` and return its payload; the version defaults to the tracker's current one."""
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    payload: Json = (await data(member, UPDATE, input=entry))["updateTracker"]
    return payload


async def update_successfully(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Update a tracker and return it; check that neither the dry run nor the update has errors."""
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    assert (await data(member, VALIDATE, input=entry))["validateTrackerUpdate"] == []
    payload = await update(member, tracker, **entries)
    assert payload["errors"] == []
    updated: Json = payload["tracker"]
    return updated


async def update_and_get_event(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Update a tracker without errors, and return the one event that is added to its history."""
    before = await TrackerEvent.filter(tracker=tracker).count()
    history = (await update_successfully(member, tracker, **entries))["history"]
    assert history["totalCount"] == before + 1
    event: Json = history["nodes"][0]
    return event


async def update_and_get_errors(member: Member, tracker: Tracker, **entries: Any) -> list[Json]:
    """Send an update that is rejected, and return its errors.

    Check that the dry run returns the same errors, and that no row is written.
    """
    before = await written_rows()
    payload = await update(member, tracker, **entries)
    assert payload["tracker"] is None
    problems: list[Json] = payload["errors"]
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    assert (await data(member, VALIDATE, input=entry))["validateTrackerUpdate"] == problems
    assert await written_rows() == before
    return problems


async def notified_kinds(*members: Member) -> dict[str, list[str]]:
    """Return the kinds of each member's notifications, oldest first, by the member's name."""
    return {
        member.name: [
            str(kind)
            for kind in await Notification.filter(recipient=member).order_by("cursor").values_list("kind", flat=True)
        ]
        for member in members
    }


async def written_rows() -> dict[str, Sequence[object]]:
    """Return the rows that updates of trackers may write."""
    return {
        "trackers": [dict(row) for row in await Tracker.all().order_by("id").values()],
        "history": await TrackerEvent.all().order_by("id").values_list("id", flat=True),
        "notifications": await Notification.all().order_by("id").values_list("id", "cursor"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "cursors": await Inbox.all().order_by("member_id").values_list("cursor", flat=True),
    }


def change(path: str, label: str, before: str | None, after: str | None) -> Json:
    """Return a change in the format of the API's history; ``path`` is dotted."""
    return {"path": path.split("."), "label": label, "before": before, "after": after}
