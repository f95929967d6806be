"""Tests of idempotency keys: a repeated ``createTracker`` returns the first tracker and sends no notifications."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from models import Tracker
from services.forms.kinds.types import SubmittedValue
from services.idempotency import check_key
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem
from services.trackers.create_entry import TrackerEntry
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import (
    CREATE,
    CREATE_ROLES,
    College,
    choices_value,
    college,
    create,
    create_successfully,
    date_value,
    problem,
    text_value,
    written_rows,
)

REUSED = [
    problem("idempotencyKey", "IDEMPOTENCY_KEY_REUSED", "This idempotency key was used for another entry."),
]


def job_input(tenant: College, **entries: Any) -> dict[str, Any]:
    values = [
        text_value("jobTitle", "Baker"),
        {"key": "organisation", "value": {"reference": gid(tenant.employer)}},
        date_value("startDate", "2026-09-01"),
        {"key": "hourlyRate", "value": {"decimal": "12.50"}},
        choices_value("evidenceKind", "PAYSLIP", "RTI"),
    ]
    defaults = {"assigneeId": gid(tenant.bob), "description": "Prove it.", "idempotencyKey": "first", "values": values}
    return tenant.job(**defaults | entries)


async def repeat_errors(tenant: College, entry: dict[str, Any]) -> list[Any]:
    """Repeat ``createTracker`` with this input, and return its errors; check that nothing is written."""
    before = await written_rows()
    payload = await create(tenant.ada, entry)
    assert await written_rows() == before
    assert payload["errors"] or payload["tracker"]["number"] == 1
    problems: list[Any] = payload["errors"]
    return problems


async def test_repeating_an_entry_returns_the_same_tracker(database: str) -> None:
    tenant = await college()
    entry = job_input(tenant)
    first = await create(tenant.ada, entry)
    assert first["errors"] == []
    before = await written_rows()
    assert await create(tenant.ada, entry) == first
    assert await written_rows() == before

    values = entry["values"]
    equivalent_inputs = {
        "order of values": job_input(tenant, values=values[::-1]),
        "notation of a number": job_input(tenant, values=[*values[:3], {"key": "hourlyRate", "value": {"decimal": "012.5"}}, values[4]]),
        "order of choices": job_input(tenant, values=[*values[:4], choices_value("evidenceKind", "RTI", "PAYSLIP", "RTI")]),
        "white space": job_input(tenant, description="  Prove it.\n", values=[text_value("jobTitle", " Baker "), *values[1:]]),
        "explicit defaults": job_input(tenant, dueDate=None, status="NEW", typeVersion=None),
    }  # fmt: skip
    assert [await repeat_errors(tenant, equivalent) for equivalent in equivalent_inputs.values()] == [[]] * 5


async def test_the_current_state_of_the_tracker_is_returned(database: str) -> None:
    tenant = await college()
    assert await create_successfully(tenant.ada, job_input(tenant)) == 1
    await Tracker.all().update(status="CLOSED", version=2)
    document = CREATE.replace("number }", "number status version }", 1)
    tracker = (await data(tenant.ada, document, input=job_input(tenant)))["createTracker"]["tracker"]
    assert (tracker["number"], tracker["status"], tracker["version"]) == (1, "CLOSED", 2)


async def test_a_key_cannot_be_reused_for_another_entry(database: str) -> None:
    tenant = await college()
    assert await create_successfully(tenant.ada, job_input(tenant)) == 1
    values = job_input(tenant)["values"]
    others = {
        "another learner": job_input(tenant, learnerId=gid(await make.learner(tenant.organisation))),
        "another type": job_input(tenant, type="ILR"),
        "another assignee": job_input(tenant, assigneeId=None),
        "another description": job_input(tenant, description="Prove it"),
        "a due date": job_input(tenant, dueDate="2100-01-01"),
        "a version": job_input(tenant, typeVersion=1),
        "another value": job_input(tenant, values=[text_value("jobTitle", "baker"), *values[1:]]),
        "one value fewer": job_input(tenant, values=values[:4]),
        "an entry that would be refused": job_input(tenant, values=[], learnerId=None),
    }
    assert {name: await repeat_errors(tenant, other) for name, other in others.items()} == dict.fromkeys(others, REUSED)
    # With another key, or without a key, another tracker is created.
    assert await create_successfully(tenant.ada, job_input(tenant, idempotencyKey="One")) == 2
    assert await create_successfully(tenant.ada, job_input(tenant, idempotencyKey=None)) == 3


def test_all_notations_of_zero_have_one_digest() -> None:
    entries = [
        TrackerEntry(type="JOB", values=[SubmittedValue("hours", "decimal", Decimal(text))])
        for text in ("0", "0.00", "-0", "-0.0")
    ]
    assert len({check_key(ErrorCollector(), "key", entry.content) for entry in entries}) == 1


async def test_a_refused_entry_does_not_use_its_key(database: str) -> None:
    tenant = await college()
    payload = await create(tenant.ada, job_input(tenant, learnerId=None))
    assert payload["errors"] == [problem("learnerId", "REQUIRED", "Choose the learner.")]
    assert await create_successfully(tenant.ada, job_input(tenant)) == 1


async def test_members_have_keys_of_their_own(database: str) -> None:
    tenant = await college()
    other = await make.member(tenant.organisation, roles=CREATE_ROLES)
    assert await create_successfully(tenant.ada, job_input(tenant)) == 1
    assert await create_successfully(other, job_input(tenant)) == 2
    assert await create_successfully(tenant.tina, job_input(tenant, description="Mine")) == 3


@pytest.mark.slow
@pytest.mark.parametrize("same_content", [True, False])
async def test_fifty_concurrent_requests_with_one_key_create_one_tracker(database: str, same_content: bool) -> None:
    tenant = await college()
    entries = [job_input(tenant, description="Prove it." if same_content else f"Prove {n}.") for n in range(50)]
    payloads = await asyncio.gather(*(create(tenant.ada, entry) for entry in entries))
    problems = [payload["errors"] for payload in payloads]
    assert sorted(map(len, problems)) == ([0] * 50 if same_content else [0] + [1] * 49)
    assert all(errors in ([], REUSED) for errors in problems)
    assert {payload["tracker"]["number"] for payload in payloads if payload["tracker"]} == {1}
    written = await written_rows()
    assert {name: len(rows) for name, rows in written.items() if name in ("trackers", "history", "notifications", "mails")} == {
        "trackers": 1, "history": 1, "notifications": 1, "mails": 1,
    }  # fmt: skip
    assert (written["numbers"], sorted(map(str, written["cursors"]))) == ([1], ["0", "0", "1"])


async def test_a_key_has_1_to_200_characters(database: str) -> None:
    tenant = await college()
    path = ("idempotency_key",)

    def too_long(length: int) -> list[Problem]:
        message = f"The idempotency key must have at most 200 characters; this has {length:,}."
        return [Problem(path, ErrorCode.TOO_LONG, message, (("maximum", "200"), ("length", str(length))))]

    empty = "The idempotency key must not be empty."
    too_short = [Problem(path, ErrorCode.TOO_SHORT, empty, (("minimum", "1"), ("length", "0")))]
    invalid_text = [Problem(path, ErrorCode.INVALID_FORMAT, "The idempotency key contains an invalid character.")]
    expected = {
        "": too_short,
        " \n": too_short,
        "k" * 201: too_long(201),
        " " + "k" * 200: too_long(201),  # keys are stored as they are sent, without trimming
        "e\u0301" * 101: too_long(202),
        "k" * 1_000_000: too_long(1_000_000),
        "a\x00": invalid_text,
        "\ud800": invalid_text,
    }
    for key, problems in expected.items():
        errors = ErrorCollector(path)
        assert check_key(errors, key, dict) is None
        assert errors.problems == problems
    payloads = [
        await create(tenant.ada, job_input(tenant, idempotencyKey=key)) for key in ("", "k" * 201, "a\x00", "\ud800")
    ]
    assert [(error["path"], error["code"]) for payload in payloads for error in payload["errors"]] == [
        (["idempotencyKey"], code) for code in ("TOO_SHORT", "TOO_LONG", "INVALID_FORMAT", "INVALID_FORMAT")
    ]
    assert await Tracker.all().count() == 0
    for number, key in enumerate(("k", "k" * 200, "😀" * 200, "e\u0301" * 100, " k "), start=1):
        assert await create_successfully(tenant.ada, job_input(tenant, idempotencyKey=key)) == number
        assert await create_successfully(tenant.ada, job_input(tenant, idempotencyKey=key)) == number


async def test_the_error_of_an_invalid_key_is_returned_with_all_other_errors(database: str) -> None:
    tenant = await college()
    payload = await create(tenant.ada, job_input(tenant, idempotencyKey="", learnerId=None))
    assert [(error["path"], error["code"]) for error in payload["errors"]] == [
        (["learnerId"], "REQUIRED"),
        (["idempotencyKey"], "TOO_SHORT"),
    ]
