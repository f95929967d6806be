"""Validation of dates against bounds by other fields."""

import datetime as dt

import pytest

from services.forms.definitions import DateBound, DateField, FieldCondition, TextField, TypeDefinition
from services.kernel.errors import ErrorCode
from services.tracker_types.builtin import load_builtin_types
from tests.support.scenarios.form_samples.forms import TODAY, check_values, error_codes, problem_at

DEFINITIONS = {builtin.key: builtin.definition for builtin in load_builtin_types()}
BREAK = DEFINITIONS["BREAK_IN_LEARNING"]
WITHDRAWAL = DEFINITIONS["WITHDRAWAL"]
VALID_BREAK = {
    "lastLearningDate": TODAY,
    "expectedReturnDate": TODAY + dt.timedelta(1),
    "reason": ["MEDICAL"],
    "agreedWithLearner": True,
    "agreedWithEmployer": True,
}


async def test_a_bound_by_another_field_is_a_problem_of_the_bounded_field() -> None:
    form = await check_values(BREAK, VALID_BREAK | {"expectedReturnDate": TODAY})
    assert (await check_values(BREAK, VALID_BREAK)).problems == ()
    assert form.problems == (
        problem_at(
            "expectedReturnDate",
            ErrorCode.TOO_EARLY,
            "'Expected return date' must be 25 November 2026 or later, because of 'Last day of learning'.",
            earliest="2026-11-25",
            field="lastLearningDate",
        ),
    )


async def test_an_empty_field_does_not_bound_others() -> None:
    entry = {key: value for key, value in VALID_BREAK.items() if key != "lastLearningDate"}
    form = await check_values(BREAK, entry | {"expectedReturnDate": dt.date(1950, 1, 1)})
    assert error_codes(form) == [("lastLearningDate", ErrorCode.REQUIRED)]


@pytest.mark.parametrize(
    ("invalid", "code"),
    [
        (TODAY + dt.timedelta(1), ErrorCode.TOO_LATE),
        (dt.date(9999, 12, 31), ErrorCode.TOO_LATE),
        ("2026-11-24", ErrorCode.WRONG_KIND),
    ],
)
async def test_an_invalid_field_does_not_bound_others(invalid: object, code: ErrorCode) -> None:
    form = await check_values(
        BREAK, VALID_BREAK | {"lastLearningDate": invalid, "expectedReturnDate": dt.date(1950, 1, 1)}
    )
    assert error_codes(form) == [("lastLearningDate", code)]


async def test_a_value_of_another_kind_is_not_compared_with_bounds() -> None:
    form = await check_values(BREAK, VALID_BREAK | {"expectedReturnDate": "2026-11-25"})
    assert error_codes(form) == [("expectedReturnDate", ErrorCode.WRONG_KIND)]


async def test_a_hidden_field_does_not_bound_others() -> None:
    condition = FieldCondition(field="a", is_one_of=("x",))
    definition = TypeDefinition(
        fields=(
            TextField(key="a", label="A"),
            DateField(key="start", label="Start", visible_when=condition),
            DateField(key="end", label="End", earliest=(DateBound(field="start"),)),
        )
    )
    entry = {"start": dt.date(2026, 9, 2), "end": dt.date(2026, 9, 1)}
    assert error_codes(await check_values(definition, entry)) == [("start", ErrorCode.UNKNOWN_FIELD)]
    assert error_codes(await check_values(definition, entry | {"a": "x"})) == [("end", ErrorCode.TOO_EARLY)]


async def test_fields_can_bound_each_other() -> None:
    definition = TypeDefinition(
        fields=(
            DateField(key="start", label="Start", latest=(DateBound(field="end"),)),
            DateField(key="end", label="End", earliest=(DateBound(field="start"),), latest=(DateBound(today=True),)),
        )
    )
    start = problem_at(
        "start",
        ErrorCode.TOO_LATE,
        "'Start' must be 1 September 2026 or earlier, because of 'End'.",
        latest="2026-09-01",
        field="end",
    )
    end = problem_at(
        "end",
        ErrorCode.TOO_EARLY,
        "'End' must be 2 September 2026 or later, because of 'Start'.",
        earliest="2026-09-02",
        field="start",
    )
    form = await check_values(definition, {"start": dt.date(2026, 9, 2), "end": dt.date(2026, 9, 1)})
    assert form.problems == (start, end)


async def test_each_bound_is_reported_once() -> None:
    entry = {"lastLearningDate": dt.date(2026, 9, 1), "withdrawReason": ["3"]}
    early = await check_values(WITHDRAWAL, entry | {"notifiedOn": dt.date(2026, 8, 31)})
    late = await check_values(WITHDRAWAL, entry | {"notifiedOn": TODAY + dt.timedelta(1)})
    very_early = await check_values(WITHDRAWAL, entry | {"notifiedOn": dt.date(1800, 1, 1)})
    assert error_codes(early) == [("notifiedOn", ErrorCode.TOO_EARLY)]
    assert error_codes(late) == [("notifiedOn", ErrorCode.TOO_LATE)]
    assert very_early.problems == (
        problem_at(
            "notifiedOn", ErrorCode.TOO_EARLY, "'Told on' must be 1 January 1900 or later.", earliest="1900-01-01"
        ),
    )


async def test_an_offset_moves_a_bound() -> None:
    start = DateField(key="start", label="Start")
    end = DateField(key="end", label="End", earliest=(DateBound(field="start", offset_days=7),))
    definition, entry = TypeDefinition(fields=(start, end)), {"start": dt.date(2026, 9, 1)}
    seventh = await check_values(definition, entry | {"end": dt.date(2026, 9, 8)})
    sixth = await check_values(definition, entry | {"end": dt.date(2026, 9, 7)})
    assert error_codes(seventh) == []
    assert error_codes(sixth) == [("end", ErrorCode.TOO_EARLY)]
