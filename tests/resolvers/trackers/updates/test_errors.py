"""Tests of the errors of ``updateTracker``: all are returned together, and nothing is written."""

import datetime as dt
from typing import Any
from uuid import UUID

from models import Group, MemberKind, Tracker, TrackerStatus
from models.database import fetch
from services.kernel.dates import format_date, today
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.clients.tracker_updates import (
    UPDATE,
    VALIDATE,
    new_tracker,
    update,
    update_and_get_errors,
    update_successfully,
    written_rows,
)
from tests.support.scenarios.college import choices_value, college, date_value, problem, text_value

YESTERDAY = today() - dt.timedelta(days=1)
NOT_FOUND = problem("id", "NOT_FOUND", "There is no such tracker.")


async def test_an_unknown_or_invisible_tracker_is_not_found(database: str) -> None:
    tenant, elsewhere = await college(), await college()
    tracker, theirs = await new_tracker(tenant), await new_tracker(elsewhere)
    stranger = await make.member(tenant.organisation, kind=MemberKind.TUTOR)
    ids = ["", "rubbish", "😀", gid(tenant.learner), to_global_id("Tracker", UUID(int=0)), gid(theirs)]
    ids += [to_global_id("Learner", tracker.id)]
    for id_ in ids:
        assert await update_and_get_errors(tenant.ada, tracker, id=id_, description="x") == [NOT_FOUND], id_
    assert await update_and_get_errors(stranger, tracker, description="x", version=9) == [NOT_FOUND]


async def test_updating_needs_a_signed_in_member(database: str) -> None:
    entry = {"id": gid(await new_tracker(await college())), "version": 1, "description": "x"}
    for document in (UPDATE, VALIDATE):
        response = await ask(None, document, input=entry)
        assert [error["extensions"]["code"] for error in response["errors"]] == ["UNAUTHENTICATED"]


async def test_an_outdated_version_is_a_conflict_with_the_current_tracker(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    await update_successfully(tenant.bob, tracker, description="Bob's", assigneeId=gid(tenant.bob))
    before = await written_rows()
    for version in (1, 3, -1, 2**31 - 1):
        entry: dict[str, Any] = {"status": None, "values": None, "assigneeId": "rubbish", "version": version}
        payload = await update(tenant.ada, tracker, **entry)
        assert payload["errors"] == [
            problem("version", "CONFLICT", "Somebody else has changed the tracker. Read it again.", version=2)
        ]
        current = payload["tracker"]
        assert (current["version"], current["description"], current["assignee"]) == (2, "Bob's", {"name": "Bob"})
        assert current["history"]["nodes"][0]["actor"] == {"name": "Bob"}
        response_data = await data(tenant.ada, VALIDATE, input={"id": gid(tracker), **entry})
        assert response_data["validateTrackerUpdate"] == payload["errors"]
    assert await written_rows() == before


async def test_the_current_tracker_of_a_conflict_has_all_that_a_tracker_has(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    programme, employer = await make.programme(tenant.organisation), await make.employer(tenant.organisation)
    tenant.learner.programme, tenant.learner.employer, tenant.learner.tutor = programme, employer, tenant.bob
    await tenant.learner.save()
    await tenant.learner.groups.add(await Group.create(organisation=tenant.organisation, name="Monday"))
    fields = """
      type { key } createdBy { name } assignee { name }
      learner { name groups programme { name } employer { name } tutor { name } trackers { nodes { number } } }
    """
    update_document = (
        f"mutation ($input: UpdateTrackerInput!) {{ updateTracker(input: $input) {{ tracker {{ {fields} }} }} }}"
    )
    outdated = {"id": gid(tracker), "version": 7}
    payload = (await data(tenant.ada, update_document, input=outdated))["updateTracker"]
    read = await data(tenant.ada, f"query ($id: ID!) {{ tracker(id: $id) {{ {fields} }} }}", id=gid(tracker))
    assert payload == read
    assert payload["tracker"]["learner"]["groups"] == ["Monday"]


async def test_all_errors_are_returned_together(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    values = [
        date_value("endDate", "2026-08-31"),
        text_value("jobTitle", " "),
        text_value("shoeSize", "9"),
        text_value("startDate", "soon"),
    ]
    assert await update_and_get_errors(
        tenant.ada,
        tracker,
        status="APPROVED",
        assigneeId=gid(tenant.tina),
        description="\0",
        dueDate=str(YESTERDAY),
        values=values,
        comment="x" * 10_001,
    ) == [
        problem("status", "STATUS_NOT_ALLOWED", "No step leads from 'New' to 'Approved'.", allowed="RESOLVED, REJECTED, CLOSED"),
        problem(
            "assigneeId", "NOT_ASSIGNABLE", "Tina cannot be assigned trackers: choose an active administrator or yourself."
        ),
        problem("description", "INVALID_FORMAT", "The description contains an invalid character."),
        problem("dueDate", "TOO_EARLY", f"The due date must be {format_date(today())} or later.", earliest=today()),
        problem("values.jobTitle", "REQUIRED", "'Job title' is required."),
        problem("values.startDate", "WRONG_KIND", "'Start date' takes a date.", allowed="date"),
        problem("values.shoeSize", "UNKNOWN_FIELD", "This form has no such field."),
        problem(
            "comment",
            "TOO_LONG",
            "The comment must have at most 10,000 characters; this has 10,001.",
            maximum=10_000,
            length=10_001,
        ),
    ]  # fmt: skip


async def test_status_and_values_may_be_absent_but_not_null(database: str) -> None:
    tenant = await college()
    assert await update_and_get_errors(tenant.ada, await new_tracker(tenant), status=None, values=None) == [
        problem("status", "REQUIRED", "A tracker always has a status."),
        problem("values", "REQUIRED", "Clear a field by its key and the value null."),
    ]


async def test_a_transition_that_does_not_exist_is_refused(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(
        tenant,
        values=[*tenant.job()["values"], date_value("endDate", "2026-10-01"), choices_value("endReason", "OTHER")],
    )
    transitions = {
        "NEW": ["RESOLVED", "REJECTED", "CLOSED"],
        "RESOLVED": ["CLOSED", "NEW"],
        "REJECTED": ["NEW", "CLOSED"],
        "CLOSED": ["NEW"],
    }  # fmt: skip
    for start, ends in transitions.items():
        for to in {status.value for status in TrackerStatus} - {start, *ends}:
            await fetch("UPDATE tracker SET status = $1", start)
            message = f"No step leads from '{start.capitalize()}' to '{to.capitalize()}'."
            assert await update_and_get_errors(tenant.ada, tracker, status=to) == [
                problem("status", "STATUS_NOT_ALLOWED", message, allowed=", ".join(ends))
            ]
        for to in ends:
            await fetch("UPDATE tracker SET status = $1", start)
            assert (await update_successfully(tenant.ada, tracker, status=to))["status"] == to


async def test_fields_required_for_a_status_are_checked_on_entering_it_and_while_in_it(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    missing = [
        problem("values.endDate", "REQUIRED", "'End date' is required for the status 'Closed'."),
        problem("values.endReason", "REQUIRED", "'Why it ended' is required for the status 'Closed'."),
    ]
    assert await update_and_get_errors(tenant.ada, tracker, status="CLOSED") == missing
    ended = [date_value("endDate", "2026-10-01"), choices_value("endReason", "RESIGNED")]
    assert (await update_successfully(tenant.ada, tracker, status="CLOSED", values=ended))["status"] == "CLOSED"
    cleared = [{"key": "endDate", "value": None}, {"key": "endReason", "value": None}]
    assert await update_and_get_errors(tenant.ada, tracker, values=cleared) == missing
    assert (await update_successfully(tenant.ada, tracker, status="NEW", values=cleared))["status"] == "NEW"


async def test_a_required_field_cannot_be_cleared(database: str) -> None:
    tenant = await college()
    cleared = [{"key": "organisation", "value": None}, text_value("jobTitle", "")]
    assert await update_and_get_errors(tenant.ada, await new_tracker(tenant), values=cleared) == [
        problem("values.jobTitle", "REQUIRED", "'Job title' is required."),
        problem("values.organisation", "REQUIRED", "'Organisation' is required."),
    ]


async def test_a_value_for_a_hidden_field_is_refused(database: str) -> None:
    tenant = await college()
    values = [text_value("ilrYear", "26-27"), choices_value("queryKind", "MISSING_DATA")]
    tracker = await new_tracker(tenant, type="ILR", values=values)
    message = "'Validation rule' does not belong in this form with this 'Kind of query'."
    assert await update_and_get_errors(tenant.ada, tracker, values=[text_value("ruleName", "ULN_04")]) == [
        problem("values.ruleName", "UNKNOWN_FIELD", message, field="queryKind", allowed="VALIDATION_ERROR")
    ]
    assert (await update_successfully(tenant.ada, tracker, values=[{"key": "ruleName", "value": None}]))["version"] == 1


async def test_a_comment_that_is_too_long_is_refused(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    (error,) = await update_and_get_errors(tenant.ada, tracker, description="x", comment="x" * 1_000_000)
    assert (error["path"], error["code"]) == (["comment"], "TOO_LONG")
    (error,) = await update_and_get_errors(tenant.ada, tracker, description="x", comment="a" + "\u0301" * 40)
    assert (error["path"], error["code"]) == (["comment"], "INVALID_FORMAT")
    assert (await update_successfully(tenant.ada, tracker, comment="x" * 10_000))["version"] == 1


async def test_the_new_assignee_must_be_assignable(database: str) -> None:
    tenant, elsewhere = await college(), await college()
    tracker = await new_tracker(tenant)
    former = await make.member(tenant.organisation, name="Gone", active=False)
    not_found = problem("assigneeId", "NOT_FOUND", "There is no such member.")
    assert await update_and_get_errors(tenant.ada, tracker, assigneeId=gid(former)) == [
        problem("assigneeId", "NOT_ASSIGNABLE", "Gone cannot be assigned trackers: choose an active administrator or yourself.")
    ]  # fmt: skip
    for other in ("", "rubbish", gid(tenant.learner), gid(elsewhere.ada), to_global_id("Member", UUID(int=1))):
        assert await update_and_get_errors(tenant.ada, tracker, assigneeId=other) == [not_found]
    assert (await update_successfully(tenant.tina, tracker, assigneeId=gid(tenant.tina)))["assignee"] == {
        "name": "Tina"
    }
    assert (await update_successfully(tenant.tina, tracker, assigneeId=gid(tenant.bob)))["assignee"] == {"name": "Bob"}
    assert (await Tracker.get(id=tracker.id)).version == 3
