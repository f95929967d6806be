"""Updating trackers by the API, and reading what that wrote."""

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

EDIT_ROLE = Role.EDIT_PROCESS_AUTOMATION_TRACKERS
ADDRESS: list[Json] = [text("postcode", "SW1A 1AA"), text("addressLine1", "1 High Street"), *ticked("confirmed")]


async def new_tracker(tenant: College, by: Member | None = None, **entries: Any) -> Tracker:
    """Create a tracker by createTracker, as Ada and of type JOB unless told otherwise, and return its row."""
    payload = await create(by or tenant.ada, tenant.job(**entries))
    assert payload["errors"] == []
    return await Tracker.get(number=payload["tracker"]["number"], organisation=tenant.organisation)


async def new_address_tracker(tenant: College, **entries: Any) -> Tracker:
    """Create a tracker of type CHANGE_OF_ADDRESS as Ada, and return its row."""
    return await new_tracker(tenant, type="CHANGE_OF_ADDRESS", values=ADDRESS, **entries)


async def make_approver(tenant: College, name: str = "Eve") -> Member:
    """Return an administrator whose only role allows them to approve."""
    return await make.member(tenant.organisation, name=name, roles=[EDIT_ROLE])


async def update(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Return the payload of updateTracker; the version is the tracker's current one unless given."""
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    payload: Json = (await data(member, UPDATE, input=entry))["updateTracker"]
    return payload


async def update_ok(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Return the tracker after a successful update, for which the dry run has no errors either."""
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    assert (await data(member, VALIDATE, input=entry))["validateTrackerUpdate"] == []
    payload = await update(member, tracker, **entries)
    assert payload["errors"] == []
    tracker_after: Json = payload["tracker"]
    return tracker_after


async def update_event(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Return the one event that a successful update adds to the history."""
    before = await TrackerEvent.filter(tracker=tracker).count()
    history = (await update_ok(member, tracker, **entries))["history"]
    assert history["totalCount"] == before + 1
    added: Json = history["nodes"][0]
    return added


async def update_errors(member: Member, tracker: Tracker, **entries: Any) -> list[Json]:
    """Return the errors of a refused update: the dry run returns the same, and nothing is written."""
    before = await stored_rows()
    payload = await update(member, tracker, **entries)
    assert payload["tracker"] is None
    problems: list[Json] = payload["errors"]
    entry = {"id": gid(tracker), "version": (await Tracker.get(id=tracker.id)).version} | entries
    assert (await data(member, VALIDATE, input=entry))["validateTrackerUpdate"] == problems
    assert await stored_rows() == before
    return problems


async def notified_kinds(*members: Member) -> dict[str, list[str]]:
    """Return the kinds of the notifications of each member, in order, by name."""
    return {
        member.name: [
            str(kind)
            for kind in await Notification.filter(recipient=member).order_by("cursor").values_list("kind", flat=True)
        ]
        for member in members
    }


async def stored_rows() -> dict[str, Sequence[object]]:
    """Return everything that updates of trackers write."""
    return {
        "trackers": [dict(row) for row in await Tracker.all().order_by("id").values()],
        "history": await TrackerEvent.all().order_by("id").values_list("id", flat=True),
        "notifications": await Notification.all().order_by("id").values_list("id", "cursor"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "cursors": await Inbox.all().order_by("member_id").values_list("cursor", flat=True),
    }


def change(path: str, label: str, before: str | None, after: str | None) -> Json:
    """Return a change as the API's history has it; ``path`` is joined by dots."""
    return {"path": path.split("."), "label": label, "before": before, "after": after}
