"""Tests of the idempotency keys of ``updateTracker``: a repeated update changes nothing more, and is no conflict."""

import asyncio
from typing import Any

import pytest

from models import Comment, Member, Notification, Tracker, TrackerEvent
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_updates import (
    VALIDATE,
    new_address_tracker,
    new_tracker,
    update,
    update_successfully,
    written_rows,
)
from tests.support.scenarios.college import College, Json, choices_value, college, create, problem, text_value
from tests.support.scenarios.uploads import create_upload, evidence_values

REUSED = [
    problem("idempotencyKey", "IDEMPOTENCY_KEY_REUSED", "This idempotency key was used for another entry."),
]
ADD_COMMENT = "mutation ($input: AddCommentInput!) { addComment(input: $input) { errors { code } } }"


async def repeat(member: Member, tracker: Tracker, **entries: Any) -> Json:
    """Send an update that must write nothing, and return its payload."""
    before = await written_rows()
    payload = await update(member, tracker, **entries)
    assert await written_rows() == before
    return payload


def rejection(tenant: College, **entries: Any) -> Json:
    defaults = {
        "version": 1, "status": "REJECTED", "comment": "Done.", "description": "Prove it.", "assigneeId": gid(tenant.bob),
        "dueDate": None, "values": [text_value("jobTitle", "Cook"), choices_value("evidenceKind", "PAYSLIP", "RTI")],
        "idempotencyKey": "first",
    }  # fmt: skip
    return defaults | entries


async def test_repeating_an_update_answers_the_tracker_as_it_now_stands(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    first = await update(tenant.ada, tracker, **rejection(tenant))
    assert first["errors"] == []
    assert first["tracker"]["version"] == 2
    assert await repeat(tenant.ada, tracker, **rejection(tenant)) == first

    values = rejection(tenant)["values"]
    equivalent_inputs = [
        rejection(tenant, values=values[::-1]),
        rejection(tenant, values=[values[0], choices_value("evidenceKind", "RTI", "PAYSLIP")]),
        rejection(tenant, comment=" Done.\n", description="Prove it.  "),
    ]
    assert [await repeat(tenant.ada, tracker, **equivalent) for equivalent in equivalent_inputs] == [first] * 3

    await update_successfully(tenant.bob, tracker, status="NEW", comment="Not yet.")
    repeated = await repeat(tenant.ada, tracker, **rejection(tenant))
    assert repeated["errors"] == []
    assert (repeated["tracker"]["status"], repeated["tracker"]["version"]) == ("NEW", 3)


async def test_a_comment_alone_is_added_once(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    entry = {"version": 1, "comment": "Please hurry.", "idempotencyKey": "k"}
    assert (await update(tenant.ada, tracker, **entry))["tracker"]["version"] == 1
    assert (await repeat(tenant.ada, tracker, **entry))["errors"] == []
    assert await TrackerEvent.filter(comment="Please hurry.").count() == 1


async def test_a_key_cannot_be_reused_for_another_update(database: str) -> None:
    tenant = await college()
    tracker, other = await new_tracker(tenant), await new_tracker(tenant)
    assert (await update(tenant.ada, tracker, **rejection(tenant)))["errors"] == []
    file = await create_upload(tenant, tenant.ada)
    entry = rejection(tenant)
    others = {
        "another version": entry | {"version": 2},
        "another status": entry | {"status": "CLOSED"},
        "no status": {name: value for name, value in entry.items() if name != "status"},
        "another assignee": entry | {"assigneeId": None},
        "another description": entry | {"description": None},
        "another due date": entry | {"dueDate": "2100-01-01"},
        "no due date": {name: value for name, value in entry.items() if name != "dueDate"},
        "another comment": entry | {"comment": "done."},
        "another value": entry | {"values": [text_value("jobTitle", "Chef")]},
        "another file": entry | {"values": [*entry["values"], *evidence_values(file)]},
        "no values": entry | {"values": []},
        "an entry that would be refused": entry | {"values": None},
    }
    refused = {"tracker": None, "errors": REUSED}
    assert {name: await repeat(tenant.ada, tracker, **fields) for name, fields in others.items()} == dict.fromkeys(
        others, refused
    )
    assert await repeat(tenant.ada, other, **entry) == refused
    # Another member's key is another one, and so is a key of another mutation.
    assert (await update(tenant.bob, other, **entry))["errors"] == []


async def test_keys_of_other_mutations_are_others(database: str) -> None:
    tenant = await college()
    assert (await create(tenant.ada, tenant.job(idempotencyKey="same")))["errors"] == []
    tracker = await Tracker.get()
    comment = {"trackerId": gid(tracker), "text": "Done.", "idempotencyKey": "same"}
    assert await data(tenant.ada, ADD_COMMENT, input=comment) == {"addComment": {"errors": []}}
    assert (await update(tenant.ada, tracker, **rejection(tenant, idempotencyKey="same")))["tracker"]["version"] == 2
    assert (await create(tenant.ada, tenant.job(idempotencyKey="same")))["errors"] == []
    assert (await Tracker.all().count(), await Comment.all().count()) == (1, 1)


async def test_files_are_attached_once(database: str) -> None:
    tenant = await college()
    tracker, file = await new_tracker(tenant), await create_upload(tenant, tenant.ada)
    entry = {"version": 1, "values": evidence_values(file), "idempotencyKey": "k"}
    first = await update(tenant.ada, tracker, **entry)
    assert first["errors"] == []
    assert await repeat(tenant.ada, tracker, **entry) == first


async def test_only_a_change_uses_a_key(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    entry = {"id": gid(tracker), "version": 1, "description": "New", "idempotencyKey": "k"}
    assert await data(tenant.ada, VALIDATE, input=entry) == {"validateTrackerUpdate": []}
    refused = await repeat(tenant.ada, tracker, version=1, description="x" * 10_001, idempotencyKey="k")
    assert [error["code"] for error in refused["errors"]] == ["TOO_LONG"]
    conflict = await repeat(tenant.ada, tracker, version=7, description="New", idempotencyKey="k")
    assert [error["code"] for error in conflict["errors"]] == ["CONFLICT"]
    assert (await repeat(tenant.ada, tracker, version=1, description="", idempotencyKey="k"))["errors"] == []
    assert (await update(tenant.ada, tracker, **entry))["tracker"]["description"] == "New"
    # A dry run looks at the tracker as it stands, and not at the key.
    (error,) = (await data(tenant.ada, VALIDATE, input=entry))["validateTrackerUpdate"]
    assert error["code"] == "CONFLICT"


async def test_who_no_longer_sees_the_tracker_gets_no_error(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    await update_successfully(tenant.tina, tracker, assigneeId=gid(tenant.tina))
    await tenant.learner.update_from_dict({"tutor_id": None}).save()
    entry = {"version": 2, "assigneeId": None, "idempotencyKey": "k"}
    payload: Json = {"tracker": None, "errors": []}
    assert await update(tenant.tina, tracker, **entry) == payload
    assert await repeat(tenant.tina, tracker, **entry) == payload


async def test_the_error_of_an_invalid_key_comes_with_the_others(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    payload = await repeat(tenant.ada, tracker, description="x" * 10_001, idempotencyKey=" ")
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [
        (["description"], "TOO_LONG"),
        (["idempotencyKey"], "TOO_SHORT"),
    ]
    for key, code in (("k" * 201, "TOO_LONG"), ("a\x00", "INVALID_FORMAT")):
        (error,) = (await repeat(tenant.ada, tracker, description="New", idempotencyKey=key))["errors"]
        assert (error["path"], error["code"]) == (["idempotencyKey"], code)


async def test_a_repeated_step_of_an_automation_is_taken_once(database: str) -> None:
    tenant = await college()
    tracker = await new_address_tracker(tenant)
    entry = {"version": 1, "status": "CLOSED", "comment": "Taken back.", "idempotencyKey": "k"}
    first = await update(tenant.ada, tracker, **entry)
    assert first["errors"] == []
    assert await repeat(tenant.ada, tracker, **entry) == first


@pytest.mark.slow
@pytest.mark.parametrize("same_content", [True, False])
async def test_concurrent_updates_with_one_key_make_one_change(database: str, same_content: bool) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    entries = [rejection(tenant, description="All" if same_content else f"{number}") for number in range(20)]
    payloads = await asyncio.gather(*(update(tenant.ada, tracker, **entry) for entry in entries))
    problems = [payload["errors"] for payload in payloads]
    assert sorted(map(len, problems)) == ([0] * 20 if same_content else [0] + [1] * 19)
    assert {error["code"] for errors in problems for error in errors} <= {"IDEMPOTENCY_KEY_REUSED"}
    assert {payload["tracker"]["version"] for payload in payloads if payload["tracker"]} == {2}
    assert await TrackerEvent.filter(kind="STATUS_CHANGED").count() == 1
    assert await Notification.filter(kind="STATUS_CHANGED").count() == 1
