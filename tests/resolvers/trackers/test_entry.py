"""Tests of complete inputs of ``createTracker``: all errors are returned together, also by the dry run."""

from typing import Any

from models import MemberKind, Notification, Role
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import (
    VALIDATE,
    choices_value,
    college,
    create,
    create_errors,
    create_successfully,
    date_value,
    problem,
    text_value,
    written_rows,
)


def ilr_input(learner: Any, *values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "ILR", "learnerId": gid(learner), "values": list(values)}


async def test_three_problems_of_an_ilr_entry_are_returned_together(database: str) -> None:
    tenant = await college()
    entry = ilr_input(
        tenant.learner,
        text_value("uln", "1000000042"),
        choices_value("queryKind", "VALIDATION_ERROR"),
        text_value("ilrYear", "2026"),
    )
    assert await create_errors(tenant.ada, entry) == [
        problem(
            "values.ilrYear",
            "INVALID_FORMAT",
            "'ILR year' is not valid. An ILR year is written like 26-27: two years that follow each other.",
        ),
        problem("values.ruleName", "REQUIRED", "'Validation rule' is required."),
        problem(
            "values.uln",
            "INVALID_CHECKSUM",
            "'ULN, if it is the one in question' is not valid. Its check digit does not fit: a digit may be mistyped.",
            "ULN_04",
        ),
    ]
    corrected = ilr_input(
        tenant.learner,
        text_value("uln", "1000000043"),
        choices_value("queryKind", "VALIDATION_ERROR"),
        text_value("ilrYear", "26-27"),
        text_value("ruleName", "LearnActEndDate_01"),
    )
    assert await create_successfully(tenant.ada, corrected) == 1


async def test_problems_of_every_part_of_an_entry_are_returned_together(database: str) -> None:
    tenant = await college()
    entry = {
        "type": "JOB",
        "typeVersion": 9,
        "status": "CLOSED",
        "assigneeId": gid(tenant.learner),
        "description": "\x00",
        "dueDate": "2000-01-01",
        "values": [
            {"key": "startDate", "value": {"text": "soon"}},
            date_value("endDate", "1899-12-31"),
            {"key": "hourlyRate", "value": {"decimal": "9" * 400}},
            {"key": "weeklyHours", "value": None},
            {"key": "evidence", "value": {"files": ["rubbish"]}},
            text_value("secret", "x"),
            text_value("secret", "y"),
        ],
    }
    problems = await create_errors(tenant.ada, entry)
    assert [(".".join(error["path"]), error["code"]) for error in problems] == [
        ("typeVersion", "TYPE_CHANGED"),
        ("learnerId", "REQUIRED"),
        ("status", "STATUS_NOT_ALLOWED"),
        ("assigneeId", "NOT_FOUND"),
        ("description", "INVALID_FORMAT"),
        ("dueDate", "TOO_EARLY"),
        ("values.jobTitle", "REQUIRED"),
        ("values.organisation", "REQUIRED"),
        ("values.startDate", "WRONG_KIND"),
        ("values.endDate", "TOO_EARLY"),
        ("values.hourlyRate", "TOO_LARGE"),
        ("values.evidence", "NOT_FOUND"),
        ("values.secret", "UNKNOWN_FIELD"),
    ]


async def test_a_refused_entry_uses_no_number_and_no_cursor(database: str) -> None:
    tenant = await college()
    assignment = {"assigneeId": gid(tenant.bob)}
    assert await create_successfully(tenant.ada, tenant.job(**assignment)) == 1
    await create_errors(tenant.ada, tenant.job(**assignment, dueDate="2000-01-01"))
    assert await create_successfully(tenant.ada, tenant.job(**assignment)) == 2
    assert [notification.cursor for notification in await Notification.all().order_by("cursor")] == [1, 2]


async def test_the_dry_run_of_a_valid_entry_returns_no_errors_and_writes_nothing(database: str) -> None:
    tenant = await college()
    before = await written_rows()
    # The dry run ignores the idempotency key.
    entry = tenant.job(assigneeId=gid(tenant.bob), idempotencyKey="k" * 201)
    assert await data(tenant.ada, VALIDATE, input=entry) == {"validateTracker": []}
    assert await written_rows() == before


async def test_members_are_not_notified_of_their_own_actions(database: str) -> None:
    tenant = await college()
    assert await create_successfully(tenant.tina, tenant.job(assigneeId=gid(tenant.tina))) == 1
    assert await create_successfully(tenant.tina, tenant.job()) == 2
    written = await written_rows()
    assert (written["notifications"], written["mails"], set(written["cursors"])) == ([], [], {0})


async def test_a_reference_to_another_organisations_row_is_not_found(database: str) -> None:
    tenant = await college()
    unconfirmed = await make.employer(tenant.organisation, confirmed=False)
    expected = {
        gid(await make.employer()): ("NOT_FOUND", "'Organisation' must be an employer of your organisation."),
        gid(tenant.learner): ("NOT_FOUND", "'Organisation' must be an employer of your organisation."),
        "rubbish": ("NOT_FOUND", "'Organisation' must be an employer of your organisation."),
        gid(unconfirmed): ("NOT_CONFIRMED", "'Organisation' must be an employer that has been confirmed."),
    }
    for id_, (code, message) in expected.items():
        values = [*tenant.job()["values"][::2], {"key": "organisation", "value": {"reference": id_}}]
        assert await create_errors(tenant.ada, tenant.job(values=values)) == [
            problem("values.organisation", code, message)
        ]


async def test_a_tutor_creates_and_reads_a_tracker_with_every_kind_of_value(database: str) -> None:
    tenant = await college()
    tutor = await make.member(tenant.organisation, kind=MemberKind.TUTOR, name="Tom", roles=[Role.CREATE_TRACKERS])
    learner = await make.learner(tenant.organisation, tutor=tutor)
    values = [
        text_value("jobTitle", " Cafe\u0301 owner "),
        choices_value("evidenceKind", "RTI", "PAYSLIP", "RTI"),
        {"key": "organisation", "value": {"reference": gid(tenant.employer)}},
        date_value("startDate", "1900-01-01"),
        date_value("endDate", "2100-12-31"),
        {"key": "weeklyHours", "value": {"decimal": "0168.000"}},
        text_value("endReason", " ") | {"value": None},
    ]
    entry = tenant.job(learnerId=gid(learner), values=values)
    payload = await create(tutor, entry)
    assert payload["errors"] == []
    document = """
    query ($id: ID!) { tracker(id: $id) { values { key display
      ... on TextValue { text } ... on ChoiceValue { choices { value } } ... on ReferenceValue { node { id } }
      ... on DateValue { date } ... on DecimalValue { decimal } } } }
    """
    stored_values = (await data(tutor, document, id=payload["tracker"]["id"]))["tracker"]["values"]
    assert stored_values == [
        {"key": "jobTitle", "display": "Café owner", "text": "Café owner"},
        {"key": "organisation", "display": "Acme", "node": {"id": gid(tenant.employer)}},
        {"key": "startDate", "display": "1 January 1900", "date": "1900-01-01"},
        {"key": "endDate", "display": "31 December 2100", "date": "2100-12-31"},
        {"key": "weeklyHours", "display": "168.00", "decimal": "168.00"},
        {"key": "evidenceKind", "display": "Payslip, HMRC real-time information", "choices": [{"value": "PAYSLIP"}, {"value": "RTI"}]},
    ]  # fmt: skip
