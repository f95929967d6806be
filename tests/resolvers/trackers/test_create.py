"""Tests of creating a tracker, with its event, notification and email, and of what the client is answered."""

from typing import Any

from models import Group, Mail, Member, MemberKind, Notification, Role, Tracker
from tests.support import factories as make
from tests.support.clients.graphql import data, gid

CREATE = """
mutation ($input: CreateTrackerInput!) {
  createTracker(input: $input) {
    tracker { id number status version description dueDate type { key } typeVersion
      learner { name } assignee { name } createdBy { name }
      values { key label display } history { nodes { kind version actor { name } changes { path } } } }
    trackerEdge { cursor node { number } }
    errors { path code message parameters { name value } rule }
  }
}
"""


ALL = """
fragment All on Tracker {
  __typename id number status version description dueDate createdAt updatedAt typeVersion url viewerCanEdit
  type { key name } fields { key label } values { key display } transitions { to viewerCanTake } proposedChanges { field }
  learner {
    name uln groups address { lines } learningAims { reference }
    programme { name } employer { name } tutor { name email roles } trackers { totalCount nodes { number } }
  }
  assignee { name active } createdBy { name kind }
  comments { totalCount } history { totalCount nodes { kind at actor { name } tracker { number } } }
}
"""
CREATE_ALL = f"""
mutation ($input: CreateTrackerInput!) {{
  createTracker(input: $input) {{ tracker {{ ...All }} trackerEdge {{ node {{ ...All }} }} }}
}}
{ALL}
"""
READ_ALL = f"query ($id: ID!) {{ tracker(id: $id) {{ ...All }} }} {ALL}"


async def make_creator(**columns: Any) -> Member:
    return await make.member(kind=MemberKind.ADMINISTRATOR, roles=[Role.CREATE_TRACKERS], name="Ada", **columns)


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"text": value}}


async def test_creating_a_job_notifies_its_assignee(database: str) -> None:
    ada = await make_creator()
    organisation = await ada.organisation
    bob = await make.member(organisation, name="Bob")
    learner = await make.learner(organisation, given_names="Mary Jane", family_name="Sméth")
    employer = await make.employer(organisation, name="Acme")
    entry = {
        "type": "JOB",
        "learnerId": gid(learner),
        "assigneeId": gid(bob),
        "description": " Prove it. ",
        "values": [
            text("jobTitle", "Baker"),
            {"key": "organisation", "value": {"reference": gid(employer)}},
            {"key": "startDate", "value": {"date": "2026-09-01"}},
            {"key": "hourlyRate", "value": {"decimal": "12.50"}},
        ],
    }

    payload = (await data(ada, CREATE, input=entry))["createTracker"]

    cursor = payload["trackerEdge"].pop("cursor")
    tracker_id = payload["tracker"].pop("id")
    assert cursor
    assert tracker_id == gid(await Tracker.get())
    assert payload == {
        "tracker": {
            "number": 1,
            "status": "NEW",
            "version": 1,
            "description": "Prove it.",
            "dueDate": None,
            "type": {"key": "JOB"},
            "typeVersion": 1,
            "learner": {"name": "Mary Jane Sméth"},
            "assignee": {"name": "Bob"},
            "createdBy": {"name": "Ada"},
            "values": [
                {"key": "jobTitle", "label": "Job title", "display": "Baker"},
                {"key": "organisation", "label": "Organisation", "display": "Acme"},
                {"key": "startDate", "label": "Start date", "display": "1 September 2026"},
                {"key": "hourlyRate", "label": "Hourly rate (£)", "display": "12.50"},
            ],
            "history": {"nodes": [{"kind": "CREATED", "version": 1, "actor": {"name": "Ada"}, "changes": []}]},
        },
        "trackerEdge": {"node": {"number": 1}},
        "errors": [],
    }
    notification = await Notification.get()
    assert (notification.recipient_id, notification.cursor, notification.kind, notification.actor_id) == (
        bob.id,
        1,
        "ASSIGNED",
        ada.id,
    )
    assert (await Mail.get()).notification_id == notification.id


async def test_a_tutor_is_answered_with_what_reading_the_new_tracker_shows(database: str) -> None:
    organisation = await make.organisation()
    roles = [Role.CREATE_TRACKERS]
    tutor = await make.member(organisation, kind=MemberKind.TUTOR, roles=roles, name="Tom")
    employer = await make.employer(organisation, name="Acme")
    learner = await make.learner(
        organisation,
        tutor=tutor,
        uln="1000000043",
        programme=await make.programme(organisation),
        employer=employer,
        address_line1="1 High Street",
    )
    for name in ("Tuesday", "Monday"):
        await learner.groups.add(await Group.create(organisation=organisation, name=name))
    ada = await make.member(organisation, name="Ada")
    for key in (None, "a key", "a key"):  # the last one repeats the second
        values = [
            text("jobTitle", "Baker"),
            {"key": "organisation", "value": {"reference": gid(employer)}},
            {"key": "startDate", "value": {"date": "2026-09-01"}},
            {"key": "hourlyRate", "value": {"decimal": "12.50"}},
        ]
        entry = {
            "type": "JOB",
            "learnerId": gid(learner),
            "assigneeId": gid(ada),
            "values": values,
            "idempotencyKey": key,
        }
        payload = (await data(tutor, CREATE_ALL, input=entry))["createTracker"]
        read = await data(tutor, READ_ALL, id=payload["tracker"]["id"])
        assert payload["tracker"] == payload["trackerEdge"]["node"] == read["tracker"]
        assert payload["tracker"]["learner"]["groups"] == ["Monday", "Tuesday"]
    assert payload["tracker"]["number"] == 2
