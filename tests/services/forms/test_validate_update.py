"""Validation of forms on update."""

import datetime as dt

import pytest

from models import TrackerStatus
from services.forms.definitions import (
    Choice,
    ChoiceField,
    DateBound,
    DateField,
    FieldCondition,
    TextField,
    TypeDefinition,
)
from services.forms.kinds.types import CanonicalValue
from services.forms.validate import CheckedForm
from services.kernel.errors import ErrorCode
from services.tracker_types.builtin import load_builtin_types
from tests.support.scenarios.form_samples.forms import check_values, error_codes, problem_at

DEFINITIONS = {builtin.key: builtin.definition for builtin in load_builtin_types()}
ILR = DEFINITIONS["ILR"]
JOB = DEFINITIONS["JOB"]
STORED: dict[str, CanonicalValue] = {
    "ilrYear": "26-27",
    "queryKind": ["VALIDATION_ERROR"],
    "ruleName": "ULN_04",
    "currentValue": "1",
}
STORED_JOB: dict[str, CanonicalValue] = {
    "jobTitle": "Chef",
    "organisation": "00000000-0000-0000-0000-000000000001",
    "startDate": "2026-09-01",
    "endDate": "2026-10-01",
}


async def test_an_absent_key_keeps_its_value() -> None:
    form = await check_values(ILR, {"currentValue": " 2 "}, stored=STORED)
    assert form == CheckedForm(STORED | {"currentValue": "2"}, (), ())


async def test_an_empty_entry_changes_nothing() -> None:
    assert await check_values(ILR, {}, stored=STORED) == CheckedForm(STORED, (), ())


@pytest.mark.parametrize("empty", [None, "", "  "])
async def test_a_field_is_cleared(empty: str | None) -> None:
    form = await check_values(ILR, {"currentValue": empty}, stored=STORED)
    remaining = {key: value for key, value in STORED.items() if key != "currentValue"}
    assert form == CheckedForm(remaining, ("currentValue",), ())


async def test_clearing_an_empty_field_clears_nothing() -> None:
    assert await check_values(ILR, {"uln": None}, stored=STORED) == CheckedForm(STORED, (), ())


async def test_a_required_field_may_not_be_cleared() -> None:
    form = await check_values(ILR, {"ilrYear": None, "ruleName": ""}, stored=STORED)
    assert form.problems == (
        problem_at("ilrYear", ErrorCode.REQUIRED, "'ILR year' is required."),
        problem_at("ruleName", ErrorCode.REQUIRED, "'Validation rule' is required."),
    )


async def test_a_required_field_that_was_never_filled_is_not_required_now() -> None:
    stored: dict[str, CanonicalValue] = {"queryKind": ["MISSING_DATA"]}
    assert await check_values(ILR, {"currentValue": "2"}, stored=stored) == CheckedForm(
        {"queryKind": ["MISSING_DATA"], "currentValue": "2"}, (), ()
    )


async def test_hiding_a_filled_field_clears_it() -> None:
    form = await check_values(ILR, {"queryKind": ["MISSING_DATA"]}, stored=STORED)
    values: dict[str, CanonicalValue] = {"ilrYear": "26-27", "queryKind": ["MISSING_DATA"], "currentValue": "1"}
    assert form == CheckedForm(values, ("ruleName",), ())


async def test_hiding_a_field_clears_the_fields_that_depend_on_it() -> None:
    stored: dict[str, CanonicalValue] = {
        "scope": ["WHOLE_PROGRAMME"],
        "actualEndDate": "2026-09-01",
        "outcome": ["1"],
        "achievementDate": "2026-09-08",
        "grade": "Merit",
    }
    entry = {"scope": ["PRACTICAL_PERIOD"], "actualHours": 400}
    form = await check_values(DEFINITIONS["COMPLETION"], entry, stored=stored)
    values: dict[str, CanonicalValue] = {
        "scope": ["PRACTICAL_PERIOD"],
        "actualEndDate": "2026-09-01",
        "actualHours": 400,
    }
    assert form == CheckedForm(values, ("outcome", "achievementDate", "grade"), ())


async def test_a_field_that_becomes_visible_is_required() -> None:
    entry = {"queryKind": ["INCORRECT_DATA"]}
    form = await check_values(ILR, entry, stored=STORED)
    assert form.problems == (problem_at("proposedValue", ErrorCode.REQUIRED, "'Proposed value' is required."),)
    assert (await check_values(ILR, entry | {"proposedValue": "2"}, stored=STORED)).problems == ()


async def test_the_stored_value_of_a_field_that_the_entry_hides_is_refused() -> None:
    form = await check_values(ILR, {"queryKind": ["MISSING_DATA"], "ruleName": "ULN_04"}, stored=STORED)
    assert error_codes(form) == [("ruleName", ErrorCode.UNKNOWN_FIELD)]


async def test_defaults_do_not_apply_to_updates() -> None:
    stored: dict[str, CanonicalValue] = {"givenNames": "Anna", "familyName": "Smith"}
    form = await check_values(DEFINITIONS["CHANGE_OF_NAME"], {"familyName": "Jones"}, stored=stored)
    assert form == CheckedForm({"givenNames": "Anna", "familyName": "Jones"}, (), ())


EXPIRED = TypeDefinition(
    fields=(
        ChoiceField(
            key="reason",
            label="Reason",
            multiple=True,
            choices=(
                Choice(value="OLD", label="Old", valid_to=dt.date(2026, 7, 31)),
                Choice(value="NEW", label="New"),
            ),
        ),
        DateField(key="day", label="Day", earliest=(DateBound(today=True),)),
    )
)


async def test_an_unchanged_stored_value_is_not_checked_again() -> None:
    stored: dict[str, CanonicalValue] = {"reason": ["OLD"], "day": "2026-01-01"}
    same = {"reason": ["OLD"], "day": dt.date(2026, 1, 1)}
    changed = {"reason": ["NEW", "OLD"], "day": dt.date(2026, 1, 2)}
    assert await check_values(EXPIRED, {}, stored=stored) == CheckedForm(stored, (), ())
    assert await check_values(EXPIRED, same, stored=stored) == CheckedForm(stored, (), ())
    assert error_codes(await check_values(EXPIRED, changed, stored=stored)) == [
        ("reason", ErrorCode.NOT_A_CHOICE),
        ("day", ErrorCode.TOO_EARLY),
    ]


async def test_a_stored_value_is_checked_against_a_bound_whose_other_field_changes() -> None:
    form = await check_values(JOB, {"startDate": dt.date(2026, 10, 2)}, stored=STORED_JOB)
    assert form.problems == (
        problem_at(
            "endDate",
            ErrorCode.TOO_EARLY,
            "'End date' must be 2 October 2026 or later, because of 'Start date'.",
            earliest="2026-10-02",
            field="startDate",
        ),
    )


async def test_a_stored_value_beyond_an_unchanged_bound_is_accepted() -> None:
    stored = STORED_JOB | {"endDate": "2026-08-01"}
    assert (await check_values(JOB, {"jobTitle": "Head chef"}, stored=stored)).problems == ()
    assert (await check_values(JOB, {"startDate": dt.date(2026, 9, 1)}, stored=stored)).problems == ()


async def test_fields_required_for_a_status_are_required_on_entering_it() -> None:
    stored = {key: value for key, value in STORED_JOB.items() if key != "endDate"}
    form = await check_values(JOB, {}, stored=stored, status_after=TrackerStatus.CLOSED)
    assert form.problems == (
        problem_at("endDate", ErrorCode.REQUIRED, "'End date' is required for the status 'Closed'."),
        problem_at("endReason", ErrorCode.REQUIRED, "'Why it ended' is required for the status 'Closed'."),
    )
    entry = {"endDate": dt.date(2026, 10, 1), "endReason": ["RESIGNED"]}
    assert (await check_values(JOB, entry, stored=stored, status_after=TrackerStatus.CLOSED)).problems == ()
    assert (await check_values(JOB, {}, stored=stored, status_after=TrackerStatus.RESOLVED)).problems == ()


async def test_fields_required_for_a_status_cannot_be_cleared_while_in_it() -> None:
    stored = STORED_JOB | {"endReason": ["RESIGNED"]}
    form = await check_values(JOB, {"endReason": None}, stored=stored, status_after=TrackerStatus.CLOSED)
    assert form.problems == (
        problem_at("endReason", ErrorCode.REQUIRED, "'Why it ended' is required for the status 'Closed'."),
    )
    assert (await check_values(JOB, {"endReason": None}, stored=stored, status_after=TrackerStatus.NEW)).problems == ()


async def test_a_hidden_field_is_not_required_for_a_status() -> None:
    condition = FieldCondition(field="a", is_one_of=("x",))
    hidden_field = TextField(key="b", label="B", visible_when=condition, required_for=(TrackerStatus.APPROVED,))
    definition = TypeDefinition(fields=(TextField(key="a", label="A"), hidden_field))
    approved = TrackerStatus.APPROVED
    assert error_codes(await check_values(definition, {}, stored={"a": "y"}, status_after=approved)) == []
    assert error_codes(await check_values(definition, {}, stored={"a": "x"}, status_after=approved)) == [
        ("b", ErrorCode.REQUIRED)
    ]


async def test_an_invalid_value_is_not_also_reported_as_missing() -> None:
    form = await check_values(ILR, {"ilrYear": "2026", "currentValue": "x" * 201}, stored=STORED)
    assert error_codes(form) == [("ilrYear", ErrorCode.INVALID_FORMAT), ("currentValue", ErrorCode.TOO_LONG)]
