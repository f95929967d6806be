"""The errors of createTracker besides those of the form; the dry run returns the same, and nothing is written."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from models import MemberKind, ProcessAutomation, Role, TrackerType, TrackerTypeVersion
from services.kernel.dates import format_date, today
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, gid
from tests.support.scenarios.college import (
    CREATE,
    VALIDATE,
    college,
    create_errors,
    create_errors_by_name,
    create_successfully,
    problem,
)

UNKNOWN_TYPE = [problem("type", "UNKNOWN_TYPE", "There is no such tracker type.")]
NO_LEARNER = [problem("learnerId", "NOT_FOUND", "There is no such learner.")]
NO_MEMBER = [problem("assigneeId", "NOT_FOUND", "There is no such member.")]
NO_TEXT = [problem("description", "INVALID_FORMAT", "The description contains an invalid character.")]


def unassignable_error(name: str) -> list[dict[str, Any]]:
    message = f"{name} cannot be assigned trackers: choose an active administrator or yourself."
    return [problem("assigneeId", "NOT_ASSIGNABLE", message)]


def too_long(length: int) -> list[dict[str, Any]]:
    message = f"The description may have at most 10,000 characters; this has {length:,}."
    return [problem("description", "TOO_LONG", message, maximum=10_000, length=length)]


async def test_an_unknown_type(database: str) -> None:
    tenant = await college()
    await ProcessAutomation.filter(key="WITHDRAWAL").update(enabled=False)
    await ProcessAutomation.filter(key="COMPLETION").delete()
    await make.tracker_type(tenant.organisation, key="ARCHIVED", archived=True)
    await make.tracker_type(await make.organisation(), key="THEIRS")
    await make.tracker_type(tenant.organisation, key="OURS")
    keys = ["RUBBISH", "", "job", "J\x00B", "JÖB", "\ud800", "WITHDRAWAL", "COMPLETION", "ARCHIVED", "THEIRS"]
    # The values of an unknown form are not judged.
    found = await create_errors_by_name(tenant.ada, {key: tenant.job(type=key) for key in keys})
    assert found == dict.fromkeys(keys, UNKNOWN_TYPE)
    assert await create_successfully(tenant.ada, tenant.job(type="OURS", values=[])) == 1


async def test_creating_an_automation_needs_its_role(database: str) -> None:
    tenant = await college()
    entry = tenant.job(type="CHANGE_OF_ADDRESS", values=[], description="\x00")
    needs = "A Change of learner address tracker needs the role CREATE_PROCESS_AUTOMATION_TRACKERS."
    assert await create_errors(tenant.tina, entry) == [
        problem("type", "FORBIDDEN", needs),
        *NO_TEXT,
        problem("values.postcode", "REQUIRED", "Postcode is required."),
        problem("values.addressLine1", "REQUIRED", "Address line 1 is required."),
        problem("values.confirmed", "REQUIRED", "I confirm that this is the learner's address is required."),
    ]


async def test_without_create_trackers_the_whole_field_is_forbidden(database: str) -> None:
    tenant = await college()
    others: Sequence[Role] = [role for role in Role if role != Role.CREATE_TRACKERS]
    clerk = await make.member(tenant.organisation, roles=others)
    for document, field, answer in (
        (CREATE, "createTracker", {"createTracker": None}),
        (VALIDATE, "validateTracker", None),
    ):
        # Not even an unknown type is reported.
        got = await ask(clerk, document, input={"type": "RUBBISH"})
        assert got["data"] == answer
        assert [(error["path"], error["extensions"]) for error in got["errors"]] == [([field], {"code": "FORBIDDEN"})]
        got = await ask(None, document, input={"type": "RUBBISH"})
        assert [error["extensions"] for error in got["errors"]] == [{"code": "UNAUTHENTICATED"}]


async def test_another_version_of_the_type(database: str) -> None:
    tenant = await college()
    job = await TrackerType.get(key="JOB")
    definition = (await TrackerTypeVersion.get(type=job)).definition
    await TrackerTypeVersion.create(type=job, version=2, definition=definition)
    await TrackerType.filter(id=job.id).update(version=2)
    message = "The form of Job has changed: version 2 is in force. Load it again."
    changed = [problem("typeVersion", "TYPE_CHANGED", message, version=2)]
    found = await create_errors_by_name(
        tenant.ada, {str(version): tenant.job(typeVersion=version) for version in (1, 3, 0, -1)}
    )
    assert found == {"1": changed, "3": changed, "0": changed, "-1": changed}
    assert await create_successfully(tenant.ada, tenant.job(typeVersion=2)) == 1
    assert await create_successfully(tenant.ada, tenant.job(typeVersion=None)) == 2


async def test_an_unknown_or_invisible_learner(database: str) -> None:
    tenant = await college()
    hidden = await make.learner(tenant.organisation)
    missing = [problem("learnerId", "REQUIRED", "Choose the learner.")]
    ids = {
        "null": None,
        "empty": "",
        "malformed": "rubbish",
        "no ASCII": "é",
        "a lone surrogate": "\ud800",
        "unknown": to_global_id("Learner", UUID(int=1)),
        "another type's": to_global_id("Member", tenant.learner.id),
        "a member's": gid(tenant.ada),
        "another organisation's": gid(await make.learner()),
        "another tutor's": gid(hidden),
    }
    found = await create_errors_by_name(tenant.tina, {name: tenant.job(learnerId=given) for name, given in ids.items()})
    assert found == dict.fromkeys(ids, NO_LEARNER) | {"null": missing}
    absent = tenant.job()
    del absent["learnerId"]
    assert await create_errors(tenant.tina, absent) == missing
    # An administrator sees them all.
    assert await create_successfully(tenant.ada, tenant.job(learnerId=gid(hidden))) == 1


async def test_an_unknown_or_unassignable_assignee(database: str) -> None:
    tenant = await college()
    gone = await make.member(tenant.organisation, name="Gone", active=False)
    tom = await make.member(tenant.organisation, name="Tom", kind=MemberKind.TUTOR, roles=list(Role))
    expected = {
        "rubbish": NO_MEMBER,
        gid(tenant.learner): NO_MEMBER,
        to_global_id("Learner", tenant.bob.id): NO_MEMBER,
        gid(await make.member()): NO_MEMBER,
        gid(gone): unassignable_error("Gone"),
        gid(tom): unassignable_error("Tom"),
    }
    assert (
        await create_errors_by_name(tenant.tina, {given: tenant.job(assigneeId=given) for given in expected})
        == expected
    )
    assert await create_errors(tenant.ada, tenant.job(assigneeId=gid(tenant.tina))) == unassignable_error("Tina")
    allowed = [gid(tenant.tina), gid(tenant.bob), gid(tenant.ada), None]
    assert [await create_successfully(tenant.tina, tenant.job(assigneeId=given)) for given in allowed] == [1, 2, 3, 4]


async def test_a_status_other_than_new(database: str) -> None:
    tenant = await college()
    message = "A tracker is created as NEW."
    for status in ("APPROVED", "RESOLVED", "REJECTED", "CLOSED"):
        assert await create_errors(tenant.ada, tenant.job(status=status)) == [
            problem("status", "STATUS_NOT_ALLOWED", message, allowed="NEW")
        ]
    assert await create_successfully(tenant.ada, tenant.job(status="NEW")) == 1


async def test_a_description_of_more_than_ten_thousand_characters_or_invalid_text(database: str) -> None:
    tenant = await college()
    expected = {
        "a\x00b": NO_TEXT,
        "\ud800": NO_TEXT,
        "fine \udfff": NO_TEXT,
        "a" + "\u0301" * 31: NO_TEXT,
        "x" * 10_001: too_long(10_001),
        "😀" * 10_001: too_long(10_001),
        "x" * 1_000_000: too_long(1_000_000),
    }
    found = await create_errors_by_name(tenant.ada, {given: tenant.job(description=given) for given in expected})
    assert list(found.values()) == list(expected.values())
    # Measured as it is kept: composed and trimmed.
    longest = ["😀" * 10_000, f"  {'x' * 10_000}\n", "e\u0301" * 10_000]
    assert [await create_successfully(tenant.ada, tenant.job(description=given)) for given in longest] == [1, 2, 3]


async def test_a_due_date_before_today_or_after_2100(database: str) -> None:
    tenant = await college()
    now = today()
    early = [problem("dueDate", "TOO_EARLY", f"The due date must be {format_date(now)} or later.", earliest=now)]
    late = [problem("dueDate", "TOO_LATE", "The due date must be 31 December 2100 or earlier.", latest="2100-12-31")]
    expected = {
        str(now - dt.timedelta(days=1)): early,
        "1899-12-31": early,
        "0000-01-01": early,
        "0001-01-01": early,
        "2101-01-01": late,
        "9999-12-31": late,
    }
    assert await create_errors_by_name(tenant.ada, {given: tenant.job(dueDate=given) for given in expected}) == expected
    assert [
        await create_successfully(tenant.ada, tenant.job(dueDate=given)) for given in (str(now), "2100-12-31", None)
    ] == [
        1,
        2,
        3,
    ]


async def test_malformed_dates_and_numbers_are_request_errors(database: str) -> None:
    tenant = await college()
    wrong: dict[str, tuple[dict[str, Any], list[str]]] = {
        "a day that is none": ({"dueDate": "2026-02-30"}, ["input", "dueDate"]),
        "another spelling": ({"dueDate": "20260901"}, ["input", "dueDate"]),
        "a moment": ({"dueDate": "2026-09-01T00:00:00Z"}, ["input", "dueDate"]),
        "a JSON number": ({"values": [{"key": "hourlyRate", "value": {"decimal": 12.5}}]}, ["input", "values", "0", "value", "decimal"]),
        "an exponent": ({"values": [{"key": "hourlyRate", "value": {"decimal": "1e3"}}]}, ["input", "values", "0", "value", "decimal"]),
        "two slots": ({"values": [{"key": "x", "value": {"text": "a", "integer": 1}}]}, ["input", "values", "0", "value"]),
        "no slot": ({"values": [{"key": "x", "value": {}}]}, ["input", "values", "0", "value"]),
        "a status that is none": ({"status": "OPEN"}, ["input", "status"]),
    }  # fmt: skip
    found = {}
    for name, (entries, _) in wrong.items():
        answer = await ask(tenant.ada, CREATE, input=tenant.job(**entries))
        assert "data" not in answer, name
        found[name] = [error["extensions"] for error in answer["errors"]]
    assert found == {name: [{"code": "BAD_USER_INPUT", "path": path}] for name, (_, path) in wrong.items()}
