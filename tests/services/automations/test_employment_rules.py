"""The gap between two employers, on both sides of each bound, and the question about the employer's account."""

import datetime as dt
from typing import Any

import pytest

from services.automations.employment_rules import check_employer_account, check_employer_gap
from services.kernel.errors import ErrorCode, Problem
from tests.support.scenarios.record_checks import aim, problems_of

PARAGRAPH = "Apprenticeship funding rules, paragraph 273.1"
BOOTCAMP: dict[str, Any] = {"fund_model": 37, "programme_type": 32}
UNIT: dict[str, Any] = {"fund_model": 39, "programme_type": 34}


def gap_problems(
    gap: int, *, old_end: str = "2026-09-01", confirmed: bool | None = None, **columns: Any
) -> list[Problem]:
    new_start = dt.date.fromisoformat(old_end) + dt.timedelta(days=gap)
    values: dict[str, object] = {"oldEndDate": old_end, "newStartDate": new_start.isoformat()}
    if confirmed is not None:
        values["breakConsidered"] = confirmed
    return problems_of(check_employer_gap, "CHANGE_OF_EMPLOYER", values, [aim(**columns)])


def unconfirmed(days: int) -> Problem:
    message = (
        f"There are {days} days between 'Last day with the old employer' and 'First day with the new employer'. "
        "Beyond 30 days a break in learning may be due: raise one, or confirm 'I have considered a break in learning'."
    )
    figures = (("days", str(days)), ("maximum", "30"))
    return Problem(("values", "breakConsidered"), ErrorCode.REQUIRED, message, figures, PARAGRAPH)


def too_long(days: int, latest: str) -> Problem:
    message = (
        f"'First day with the new employer' is {days} days after 'Last day with the old employer'. An apprentice who has "
        "no employer for more than 12 weeks (84 days) must be withdrawn: raise a withdrawal from learning instead."
    )
    figures = (("latest", latest), ("days", str(days)), ("maximum", "84"), ("field", "oldEndDate"))
    return Problem(("values", "newStartDate"), ErrorCode.TOO_LATE, message, figures, PARAGRAPH)


def test_a_gap_of_more_than_30_days_needs_a_confirmation() -> None:
    assert [gap_problems(days) for days in (1, 29, 30)] == [[], [], []]
    assert gap_problems(31) == [unconfirmed(31)]
    assert gap_problems(84) == [unconfirmed(84)]
    assert gap_problems(31, confirmed=False) == [unconfirmed(31)]
    assert [gap_problems(days, confirmed=True) for days in (31, 84)] == [[], []]
    assert gap_problems(1, confirmed=False) == []


def test_a_gap_of_more_than_12_weeks_is_refused_even_if_a_break_was_considered() -> None:
    assert gap_problems(85) == [too_long(85, "2026-11-24")]
    assert gap_problems(85, confirmed=True) == [too_long(85, "2026-11-24")]
    assert gap_problems(400, confirmed=True) == [too_long(400, "2026-11-24")]


@pytest.mark.parametrize("old_end", ["2026-03-20", "2026-10-20"])
def test_days_are_counted_across_a_change_of_the_clocks(old_end: str) -> None:
    assert gap_problems(30, old_end=old_end) == []
    assert gap_problems(31, old_end=old_end) == [unconfirmed(31)]
    assert gap_problems(84, old_end=old_end, confirmed=True) == []
    latest = dt.date.fromisoformat(old_end) + dt.timedelta(days=84)
    assert gap_problems(85, old_end=old_end) == [too_long(85, latest.isoformat())]


@pytest.mark.parametrize("columns", [UNIT, BOOTCAMP, {"fund_model": 38, "programme_type": None}])
def test_other_programmes_have_no_longest_gap(columns: dict[str, Any]) -> None:
    assert gap_problems(400, **columns) == []


def test_a_learner_without_aims_is_treated_as_an_apprentice() -> None:
    values = {"oldEndDate": "2026-09-01", "newStartDate": "2026-10-02"}
    assert problems_of(check_employer_gap, "CHANGE_OF_EMPLOYER", values) == [unconfirmed(31)]


def test_a_date_that_is_missing_makes_no_gap() -> None:
    assert problems_of(check_employer_gap, "CHANGE_OF_EMPLOYER", {"oldEndDate": "2026-09-01"}) == []
    assert problems_of(check_employer_gap, "CHANGE_OF_EMPLOYER", {"newStartDate": "2026-09-01"}) == []


ACCOUNT = ("values", "employerAccount")


def test_an_apprenticeship_must_have_its_state_in_the_employers_account() -> None:
    message = (
        "'Apprenticeship in the employer's account' is required for an apprenticeship: has the employer paused it?"
    )
    required = [Problem(ACCOUNT, ErrorCode.REQUIRED, message)]
    assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {}, [aim()]) == required
    assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {}, [aim(programme_type=3)]) == required
    for answer in ("PAUSED", "NOT_PAUSED", "STOPPED", "NO_ACCOUNT"):
        assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {"employerAccount": [answer]}, [aim()]) == []


@pytest.mark.parametrize("columns", [UNIT, BOOTCAMP])
def test_other_programmes_are_not_asked_about_the_account(columns: dict[str, Any]) -> None:
    aims = [aim(**columns)]
    message = (
        "'Apprenticeship in the employer's account' is asked of apprenticeships only: leave it empty for this learner."
    )
    assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {}, aims) == []
    assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {"employerAccount": ["PAUSED"]}, aims) == [
        Problem(ACCOUNT, ErrorCode.UNKNOWN_FIELD, message)
    ]


def test_the_answer_is_up_to_the_user_if_the_programme_is_not_known() -> None:
    assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {}) == []
    assert problems_of(check_employer_account, "BREAK_IN_LEARNING", {"employerAccount": ["PAUSED"]}) == []
