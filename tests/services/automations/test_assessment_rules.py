"""Which programmes have an assessment after their training, and what is known when it is over."""

from collections.abc import Mapping
from typing import Any

import pytest

from models import LearningAim
from services.automations.assessment_rules import check_assessment
from services.kernel.errors import ErrorCode, Problem
from tests.support.scenarios.record_checks import aim, problems_of

PRACTICAL_PERIOD = {"scope": ["PRACTICAL_PERIOD"], "actualEndDate": "2026-06-30", "actualHours": 300}
WHOLE = {"scope": ["WHOLE_PROGRAMME"], "actualEndDate": "2026-06-30"}
ACHIEVED = WHOLE | {"outcome": ["1"]}
DATED = ACHIEVED | {"achievementDate": "2026-07-20"}

STANDARD: dict[str, Any] = {"fund_model": 36, "programme_type": 25}
PRIVATE_STANDARD: dict[str, Any] = {"fund_model": 99, "programme_type": 25}
TRAILBLAZER: dict[str, Any] = {"fund_model": 81, "programme_type": 25}
FRAMEWORK: dict[str, Any] = {"fund_model": 36, "programme_type": 3}
BOOTCAMP: dict[str, Any] = {"fund_model": 37, "programme_type": 32}
UNIT: dict[str, Any] = {"fund_model": 39, "programme_type": 34}
ADULT_SKILLS: dict[str, Any] = {"fund_model": 38, "programme_type": None}


def problems(values: Mapping[str, object], *aims: LearningAim) -> list[Problem]:
    return problems_of(check_assessment, "COMPLETION", values, aims)


@pytest.mark.parametrize("columns", [STANDARD, PRIVATE_STANDARD, TRAILBLAZER])
def test_the_practical_period_of_a_standard_ends_before_its_assessment(columns: dict[str, Any]) -> None:
    assert problems(PRACTICAL_PERIOD, aim(**columns)) == []


def test_the_practical_period_may_end_if_the_programme_is_not_known() -> None:
    assert problems(PRACTICAL_PERIOD) == []


@pytest.mark.parametrize("columns", [FRAMEWORK, BOOTCAMP, UNIT, ADULT_SKILLS])
def test_other_programmes_complete_as_a_whole(columns: dict[str, Any]) -> None:
    message = (
        "'What is complete' must be the whole programme: "
        "only an apprenticeship standard has an assessment after its training."
    )
    assert problems(PRACTICAL_PERIOD, aim(**columns)) == [
        Problem(("values", "scope"), ErrorCode.NOT_A_CHOICE, message, (("allowed", "WHOLE_PROGRAMME"),))
    ]
    assert problems(WHOLE | {"outcome": ["8"]}, aim(**columns)) == []
    assert problems(WHOLE | {"outcome": ["3"]}, aim(**columns)) == []


def test_the_outcome_of_a_standard_is_known_when_its_assessment_is_over() -> None:
    message = (
        "The outcome of an apprenticeship standard is known when its assessment is over. "
        "Until then, record that the practical period is complete."
    )
    assert problems(WHOLE | {"outcome": ["8"]}, aim()) == [
        Problem(("values", "outcome"), ErrorCode.NOT_A_CHOICE, message, (("allowed", "1, 3"),))
    ]
    assert problems(WHOLE | {"outcome": ["3"]}, aim()) == []


@pytest.mark.parametrize("columns", [STANDARD, TRAILBLAZER, BOOTCAMP])
def test_an_achieved_programme_aim_that_is_returned_with_a_date_needs_it(columns: dict[str, Any]) -> None:
    message = "'Achievement date' is required, because this programme is returned with it once achieved."
    assert problems(ACHIEVED, aim(**columns)) == [Problem(("values", "achievementDate"), ErrorCode.REQUIRED, message)]
    assert problems(DATED, aim(**columns)) == []


@pytest.mark.parametrize("columns", [FRAMEWORK, UNIT, ADULT_SKILLS, PRIVATE_STANDARD])
def test_other_programmes_may_leave_the_achievement_date_empty(columns: dict[str, Any]) -> None:
    assert problems(ACHIEVED, aim(**columns)) == []
    assert problems(DATED, aim(**columns)) == []
