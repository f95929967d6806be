"""Tests of the errors of ``createTracker`` outside the form: the dry run returns the same, and nothing is written."""

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
LEARNER_NOT_FOUND = [problem("learnerId", "NOT_FOUND", "There is no such learner.")]
MEMBER_NOT_FOUND = [problem("assigneeId", "NOT_FOUND", "There is no such member.")]
INVALID_TEXT = [problem("description", "INVALID_FORMAT", "The description contains an invalid character.")]


def unassignable_error(name: str) -> list[dict[str, Any]]:
    message = f"{name} cannot be assigned trackers: choose an active administrator or yourself."
    return [problem("assigneeId", "NOT_ASSIGNABLE", message)]


def too_long(length: int) -> list[dict[str, Any]]:
    message = f"The description must have at most 10,000 characters; this has {length:,}."
    return [problem("description", "TOO_LONG", message, maximum=10_000, length=length)]


async def test_an_unknown_type_is_refused(database: str) -> None:
    tenant = await college()
    await ProcessAutomation.filter(key="WITHDRAWAL").update(enabled=False)
    await ProcessAutomation.filter(key="COMPLETION").delete()
    await make.tracker_type(tenant.organisation, key="ARCHIVED", archived=True)
    await make.tracker_type(await make.organisation(), key="THEIRS")
    await make.tracker_type(tenant.organisation, key="OURS")
    keys = ["RUBBISH", "", "job", "J\x00B", "JÖB", "\ud800", "WITHDRAWAL", "COMPLETION", "ARCHIVED", "THEIRS"]
    # The values are not validated if the form is unknown.
    errors = await create_errors_by_name(tenant.ada, {key: tenant.job(type=key) for key in keys})
    assert errors == dict.fromkeys(keys, UNKNOWN_TYPE)
    assert await create_successfully(tenant.ada, tenant.job(type="OURS", values=[])) == 1


async def test_creating_an_automation_needs_its_role(database: str) -> None:
    tenant = await college()
    entry = tenant.job(type="CHANGE_OF_ADDRESS", values=[], description="\x00")
    message = "A tracker of the type 'Change of learner address' needs the role 'Create process automation trackers'."
    assert await create_errors(tenant.tina, entry) == [
        problem("type", "FORBIDDEN", message),
        *INVALID_TEXT,
        problem("values.postcode", "REQUIRED", "'Postcode' is required."),
        problem("values.addressLine1", "REQUIRED", "'Address line 1' is required."),
        problem("values.confirmed", "REQUIRED", "'I confirm that this is the learner's address' is required."),
    ]


async def test_without_create_trackers_the_whole_field_is_forbidden(database: str) -> None:
    tenant = await college()
    other_roles: Sequence[Role] = [role for role in Role if role != Role.CREATE_TRACKERS]
    clerk = await make.member(tenant.organisation, roles=other_roles)
    for document, field, expected_data in (
        (CREATE, "createTracker", {"createTracker": None}),
        (VALIDATE, "validateTracker", None),
    ):
        # An unknown type is not reported either.
        response = await ask(clerk, document, input={"type": "RUBBISH"})
        assert response["data"] == expected_data
        assert [(error["path"], error["extensions"]) for error in response["errors"]] == [
            ([field], {"code": "FORBIDDEN"})
        ]
        response = await ask(None, document, input={"type": "RUBBISH"})
        assert [error["extensions"] for error in response["errors"]] == [{"code": "UNAUTHENTICATED"}]


async def test_another_version_of_the_type_is_refused(database: str) -> None:
    tenant = await college()
    job = await TrackerType.get(key="JOB")
    definition = (await TrackerTypeVersion.get(type=job)).definition
    await TrackerTypeVersion.create(type=job, version=2, definition=definition)
    await TrackerType.filter(id=job.id).update(version=2)
    message = "The form of 'Job' has changed: version 2 is in force. Load it again."
    changed = [problem("typeVersion", "TYPE_CHANGED", message, version=2)]
    errors = await create_errors_by_name(
        tenant.ada, {str(version): tenant.job(typeVersion=version) for version in (1, 3, 0, -1)}
    )
    assert errors == {"1": changed, "3": changed, "0": changed, "-1": changed}
    assert await create_successfully(tenant.ada, tenant.job(typeVersion=2)) == 1
    assert await create_successfully(tenant.ada, tenant.job(typeVersion=None)) == 2


async def test_an_unknown_or_invisible_learner_is_not_found(database: str) -> None:
    tenant = await college()
    hidden = await make.learner(tenant.organisation)
    missing = [problem("learnerId", "REQUIRED", "Choose the learner.")]
    ids = {
        "null": None,
        "empty": "",
        "malformed": "rubbish",
        "not ASCII": "é",
        "a lone surrogate": "\ud800",
        "unknown": to_global_id("Learner", UUID(int=1)),
        "another type's": to_global_id("Member", tenant.learner.id),
        "a member's": gid(tenant.ada),
        "another organisation's": gid(await make.learner()),
        "another tutor's": gid(hidden),
    }
    errors = await create_errors_by_name(tenant.tina, {name: tenant.job(learnerId=id_) for name, id_ in ids.items()})
    assert errors == dict.fromkeys(ids, LEARNER_NOT_FOUND) | {"null": missing}
    without_learner = tenant.job()
    del without_learner["learnerId"]
    assert await create_errors(tenant.tina, without_learner) == missing
    # An administrator sees every learner.
    assert await create_successfully(tenant.ada, tenant.job(learnerId=gid(hidden))) == 1


async def test_an_unknown_or_unassignable_assignee_is_refused(database: str) -> None:
    tenant = await college()
    gone = await make.member(tenant.organisation, name="Gone", active=False)
    tom = await make.member(tenant.organisation, name="Tom", kind=MemberKind.TUTOR, roles=list(Role))
    expected = {
        "rubbish": MEMBER_NOT_FOUND,
        gid(tenant.learner): MEMBER_NOT_FOUND,
        to_global_id("Learner", tenant.bob.id): MEMBER_NOT_FOUND,
        gid(await make.member()): MEMBER_NOT_FOUND,
        gid(gone): unassignable_error("Gone"),
        gid(tom): unassignable_error("Tom"),
    }
    assert await create_errors_by_name(tenant.tina, {id_: tenant.job(assigneeId=id_) for id_ in expected}) == expected
    assert await create_errors(tenant.ada, tenant.job(assigneeId=gid(tenant.tina))) == unassignable_error("Tina")
    allowed = [gid(tenant.tina), gid(tenant.bob), gid(tenant.ada), None]
    assert [await create_successfully(tenant.tina, tenant.job(assigneeId=id_)) for id_ in allowed] == [1, 2, 3, 4]


async def test_a_status_other_than_new_is_refused(database: str) -> None:
    tenant = await college()
    message = "A new tracker has the status 'New'."
    for status in ("APPROVED", "RESOLVED", "REJECTED", "CLOSED"):
        assert await create_errors(tenant.ada, tenant.job(status=status)) == [
            problem("status", "STATUS_NOT_ALLOWED", message, allowed="NEW")
        ]
    assert await create_successfully(tenant.ada, tenant.job(status="NEW")) == 1


async def test_a_description_that_is_too_long_or_invalid_text_is_refused(database: str) -> None:
    tenant = await college()
    expected = {
        "a\x00b": INVALID_TEXT,
        "\ud800": INVALID_TEXT,
        "fine \udfff": INVALID_TEXT,
        "a" + "\u0301" * 31: INVALID_TEXT,
        "x" * 10_001: too_long(10_001),
        "😀" * 10_001: too_long(10_001),
        "x" * 1_000_000: too_long(1_000_000),
    }
    errors = await create_errors_by_name(tenant.ada, {text: tenant.job(description=text) for text in expected})
    assert list(errors.values()) == list(expected.values())
    # The length is that of the stored text, which is composed (NFC) and trimmed.
    longest = ["😀" * 10_000, f"  {'x' * 10_000}\n", "e\u0301" * 10_000]
    assert [await create_successfully(tenant.ada, tenant.job(description=text)) for text in longest] == [1, 2, 3]


async def test_a_due_date_before_today_or_after_2100_is_refused(database: str) -> None:
    tenant = await college()
    current_date = today()
    early = [
        problem(
            "dueDate", "TOO_EARLY", f"The due date must be {format_date(current_date)} or later.", earliest=current_date
        )
    ]
    late = [problem("dueDate", "TOO_LATE", "The due date must be 31 December 2100 or earlier.", latest="2100-12-31")]
    expected = {
        str(current_date - dt.timedelta(days=1)): early,
        "1899-12-31": early,
        "0000-01-01": early,
        "0001-01-01": early,
        "2101-01-01": late,
        "9999-12-31": late,
    }
    assert await create_errors_by_name(tenant.ada, {date: tenant.job(dueDate=date) for date in expected}) == expected
    assert [
        await create_successfully(tenant.ada, tenant.job(dueDate=date))
        for date in (str(current_date), "2100-12-31", None)
    ] == [
        1,
        2,
        3,
    ]


async def test_malformed_dates_and_numbers_are_request_errors(database: str) -> None:
    tenant = await college()
    invalid: dict[str, tuple[dict[str, Any], list[str]]] = {
        "a date that does not exist": ({"dueDate": "2026-02-30"}, ["input", "dueDate"]),
        "another format": ({"dueDate": "20260901"}, ["input", "dueDate"]),
        "a datetime": ({"dueDate": "2026-09-01T00:00:00Z"}, ["input", "dueDate"]),
        "a JSON number": ({"values": [{"key": "hourlyRate", "value": {"decimal": 12.5}}]}, ["input", "values", "0", "value", "decimal"]),
        "an exponent": ({"values": [{"key": "hourlyRate", "value": {"decimal": "1e3"}}]}, ["input", "values", "0", "value", "decimal"]),
        "two slots": ({"values": [{"key": "x", "value": {"text": "a", "integer": 1}}]}, ["input", "values", "0", "value"]),
        "no slot": ({"values": [{"key": "x", "value": {}}]}, ["input", "values", "0", "value"]),
        "an unknown status": ({"status": "OPEN"}, ["input", "status"]),
    }  # fmt: skip
    extensions = {}
    for name, (entries, _) in invalid.items():
        response = await ask(tenant.ada, CREATE, input=tenant.job(**entries))
        assert "data" not in response, name
        extensions[name] = [error["extensions"] for error in response["errors"]]
    assert extensions == {name: [{"code": "BAD_USER_INPUT", "path": path}] for name, (_, path) in invalid.items()}
