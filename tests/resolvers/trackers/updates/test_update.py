"""Tests of updating a tracker: values that are kept, cleared and set, its version, and its history."""

import datetime as dt
from typing import Any

import pytest

from models import Member, MemberKind, Tracker, TrackerTypeVersion
from services.kernel.dates import format_date, today
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_updates import (
    change,
    new_tracker,
    notified_kinds,
    update,
    update_and_get_event,
    update_successfully,
    written_rows,
)
from tests.support.scenarios.college import choices_value, college, date_value, text_value

TOMORROW = today() + dt.timedelta(days=1)


async def test_absent_fields_keep_their_values(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob), description="Prove it", dueDate=str(TOMORROW))
    assert await update_successfully(tenant.ada, tracker, values=[text_value("jobTitle", "Chef")]) == {
        "id": gid(tracker),
        "status": "NEW",
        "version": 2,
        "description": "Prove it",
        "dueDate": str(TOMORROW),
        "assignee": {"name": "Bob"},
        "values": [
            {"key": "jobTitle", "display": "Chef"},
            {"key": "organisation", "display": "Acme"},
            {"key": "startDate", "display": "1 September 2026"},
        ],
        "history": {
            "totalCount": 2,
            "nodes": [
                {
                    "kind": "UPDATED",
                    "version": 2,
                    "comment": None,
                    "actor": {"name": "Ada"},
                    "changes": [change("values.jobTitle", "Job title", "Baker", "Chef")],
                }
            ],
        },
    }


async def test_null_clears_a_field(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob), description="Prove it", dueDate=str(TOMORROW))
    await update_successfully(tenant.ada, tracker, values=[date_value("endDate", "2026-10-01")])
    event = await update_and_get_event(
        tenant.ada,
        tracker,
        assigneeId=None,
        description=None,
        dueDate=None,
        values=[{"key": "endDate", "value": None}],
        comment=None,
    )
    assert event == {
        "kind": "ASSIGNED",
        "version": 3,
        "comment": None,
        "actor": {"name": "Ada"},
        "changes": [
            change("assigneeId", "Assignee", "Bob", None),
            change("description", "Description", "Prove it", None),
            change("dueDate", "Due date", format_date(TOMORROW), None),
            change("values.endDate", "End date", "1 October 2026", None),
        ],
    }
    row = await Tracker.get(id=tracker.id)
    assert (row.assignee_id, row.description, row.due_date) == (None, "", None)
    assert sorted(row.values) == ["jobTitle", "organisation", "startDate"]


async def test_an_event_with_a_status_change_is_of_kind_status_changed(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    event = await update_and_get_event(
        tenant.bob,
        tracker,
        status="RESOLVED",
        assigneeId=gid(tenant.bob),
        description=" Done \n",
        dueDate=str(TOMORROW),
        values=[text_value("jobTitle", "Chef"), choices_value("evidenceKind", "CONTRACT", "PAYSLIP")],
        comment="  Seen the contract. ",
    )
    assert event == {
        "kind": "STATUS_CHANGED",
        "version": 2,
        "comment": "Seen the contract.",
        "actor": {"name": "Bob"},
        "changes": [
            change("status", "Status", "New", "Resolved"),
            change("assigneeId", "Assignee", None, "Bob"),
            change("description", "Description", None, "Done"),
            change("dueDate", "Due date", None, format_date(TOMORROW)),
            change("values.jobTitle", "Job title", "Baker", "Chef"),
            change("values.evidenceKind", "Kind of evidence", None, "Payslip, Contract"),
        ],
    }


async def test_history_keeps_names_as_they_were(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    new_employer = await make.employer(tenant.organisation, name="Bakers & Co")
    new_value = {"key": "organisation", "value": {"reference": gid(new_employer)}}
    event = await update_and_get_event(tenant.ada, tracker, values=[new_value], assigneeId=gid(tenant.bob))
    await type(new_employer).filter(id=new_employer.id).update(name="Renamed")
    await Member.filter(id=tenant.bob.id).update(name="Robert")
    assert event["kind"] == "ASSIGNED"
    assert event["changes"] == [
        change("assigneeId", "Assignee", None, "Bob"),
        change("values.organisation", "Organisation", "Acme", "Bakers & Co"),
    ]
    response_data = await data(tenant.ada, HISTORY, id=gid(tracker))
    assert response_data["tracker"]["history"]["nodes"][0]["changes"] == event["changes"]


HISTORY = (
    """query ($id: ID!) { tracker(id: $id) { history(last: 1) { nodes { changes { path label before after } } } } }"""
)


async def test_a_field_that_becomes_hidden_is_cleared_in_the_history(database: str) -> None:
    tenant = await college()
    values = [
        text_value("ilrYear", "26-27"),
        choices_value("queryKind", "VALIDATION_ERROR"),
        text_value("ruleName", "ULN_04"),
    ]
    tracker = await new_tracker(tenant, type="ILR", values=values)
    event = await update_and_get_event(tenant.ada, tracker, values=[choices_value("queryKind", "MISSING_DATA")])
    assert event["changes"] == [
        change("values.queryKind", "Kind of query", "Validation error", "Missing data"),
        change("values.ruleName", "Validation rule", "ULN_04", None),
    ]
    assert (await Tracker.get(id=tracker.id)).values == {"ilrYear": "26-27", "queryKind": ["MISSING_DATA"]}


async def test_an_update_without_changes_writes_nothing(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob), description="Prove it", dueDate=str(TOMORROW))
    before = await written_rows()
    same = tenant.job()["values"]
    entries: list[dict[str, Any]] = [
        {},
        {"comment": "  "},
        {"values": []},
        {"status": "NEW", "assigneeId": gid(tenant.bob), "description": " Prove it ", "dueDate": str(TOMORROW)},
        {"values": [*same, {"key": "endDate", "value": None}, text_value("nothing", "")][:-1]},
    ]
    for entry in entries:
        updated = await update_successfully(tenant.bob, tracker, **entry)
        assert (updated["version"], updated["history"]["totalCount"]) == (1, 1)
        assert await written_rows() == before


async def test_a_comment_without_changes_is_notified_and_keeps_the_version(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    assert await update_and_get_event(tenant.bob, tracker, comment="The payslip is in the post.") == {
        "kind": "UPDATED",
        "version": 1,
        "comment": "The payslip is in the post.",
        "actor": {"name": "Bob"},
        "changes": [],
    }
    assert await notified_kinds(tenant.ada, tenant.bob) == {"Ada": ["UPDATED"], "Bob": ["ASSIGNED"]}


async def test_unchanged_values_are_not_validated_again(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    yesterday = today() - dt.timedelta(days=1)
    await Tracker.filter(id=tracker.id).update(due_date=yesterday)
    await Member.filter(id=tenant.bob.id).update(active=False)
    await type(tenant.employer).filter(id=tenant.employer.id).update(confirmed=False)
    same = {"assigneeId": gid(tenant.bob), "dueDate": str(yesterday), "values": tenant.job()["values"]}
    assert (await update_and_get_event(tenant.ada, tracker, description="Call them", **same))["changes"] == [
        change("description", "Description", None, "Call them")
    ]


async def test_values_are_checked_by_the_trackers_own_type_version(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    type_ = await (await Tracker.get(id=tracker.id)).type
    document = {"fields": [{"key": "shift", "label": "Shift", "kind": "TEXT", "required": True}]}
    await TrackerTypeVersion.create(type=type_, version=2, definition=document)
    await type(type_).filter(id=type_.id).update(version=2)
    event = await update_and_get_event(tenant.ada, tracker, values=[text_value("jobTitle", "Chef")])
    assert event["changes"] == [change("values.jobTitle", "Job title", "Baker", "Chef")]
    payload = await update(tenant.ada, tracker, values=[text_value("shift", "Night")])
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [(["values", "shift"], "UNKNOWN_FIELD")]


async def test_several_updates_in_one_document_run_in_order(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    document = """mutation ($id: ID!) {
      a: updateTracker(input: {id: $id, version: 1, description: "first"}) { tracker { description version } }
      b: updateTracker(input: {id: $id, version: 2, description: "second"}) { tracker { description version } }
      c: updateTracker(input: {id: $id, version: 2, description: "third"}) { tracker { description version } }
    }"""
    assert await data(tenant.ada, document, id=gid(tracker)) == {
        "a": {"tracker": {"description": "first", "version": 2}},
        "b": {"tracker": {"description": "second", "version": 3}},
        "c": {"tracker": {"description": "second", "version": 3}},
    }


@pytest.mark.parametrize("kind", list(MemberKind))
async def test_a_plain_tracker_can_be_edited_without_any_role(database: str, kind: MemberKind) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    member = await make.member(tenant.organisation, kind=kind)
    if kind == MemberKind.TUTOR:
        await type(tenant.learner).filter(id=tenant.learner.id).update(tutor_id=member.id)
    assert (await update_successfully(member, tracker, description="Mine"))["description"] == "Mine"
