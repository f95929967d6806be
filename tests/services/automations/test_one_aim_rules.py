"""Naming the one learning aim that an automation changes."""

import datetime as dt
from typing import Any

from models import LearningAim
from services.automations.aims import affected_aims
from services.automations.one_aim_rules import check_one_aim
from services.kernel.errors import ErrorCode, Problem
from tests.support.scenarios.record_checks import DEFINITIONS, aim, problems_of

ENGLISH: dict[str, object] = {"oneAimOnly": True, "aimReference": "50086832"}
FIRST, SECOND = dt.date(2025, 9, 1), dt.date(2026, 1, 5)
REFERENCE, START = ("values", "aimReference"), ("values", "aimStartDate")
NOT_OPEN = "'Learning aim' must be one of the learner's open learning aims."


def problems(values: dict[str, object], *aims: LearningAim) -> list[Problem]:
    return problems_of(check_one_aim, "WITHDRAWAL", values, aims)


def affected(values: dict[str, object], *aims: LearningAim) -> list[LearningAim]:
    return affected_aims(DEFINITIONS["WITHDRAWAL"], values, aims)


def test_the_named_aim_alone_is_affected() -> None:
    aims = programme, english, component = aim(), aim("50086832"), aim("60346676")
    assert (problems(ENGLISH, *aims), affected(ENGLISH, *aims)) == ([], [english])
    whole: dict[str, object] = {"oneAimOnly": False, "aimReference": "50086832"}
    assert (problems(whole, *aims), affected(whole, *aims)) == ([], [programme, english, component])


def test_letters_of_a_reference_may_be_small() -> None:
    aims = [aim(), aim("Z0007834")]
    assert affected({"oneAimOnly": True, "aimReference": "z0007834"}, *aims) == [aims[1]]


def test_an_aim_on_the_last_break_can_be_named() -> None:
    on_a_break: dict[str, Any] = {"completion_status": 6, "outcome": 3, "actual_end_date": SECOND}
    aims = [aim(**on_a_break), aim("50086832", **on_a_break)]
    assert (problems(ENGLISH, *aims), affected(ENGLISH, *aims)) == ([], [aims[1]])


def test_the_aim_must_be_open() -> None:
    ended: dict[str, Any] = {"completion_status": 3, "outcome": 3, "actual_end_date": SECOND}
    expected = [Problem(REFERENCE, ErrorCode.NOT_FOUND, NOT_OPEN, (("allowed", "60346676"),))]
    assert problems(ENGLISH, aim(), aim("60346676")) == expected
    assert problems(ENGLISH, aim(), aim("60346676"), aim("50086832", **ended)) == expected
    assert affected(ENGLISH, aim(), aim("60346676"), aim("50086832", **ended)) == []
    assert problems(ENGLISH) == [Problem(REFERENCE, ErrorCode.NOT_FOUND, NOT_OPEN, (("allowed", ""),))]


def test_the_programme_aim_ends_with_the_programme() -> None:
    message = (
        "'Learning aim' is the programme aim: without it the programme ends. "
        "Answer 'Withdraw from one learning aim only?' with no to withdraw the learner from the whole programme."
    )
    assert problems({"oneAimOnly": True, "aimReference": "ZPROG001"}, aim(), aim("50086832")) == [
        Problem(REFERENCE, ErrorCode.PRECONDITION_FAILED, message)
    ]


def test_another_open_aim_must_remain() -> None:
    message = (
        "'Learning aim' is all that the learner has open: without it nothing goes on. "
        "Answer 'Withdraw from one learning aim only?' with no to withdraw the learner from the whole programme."
    )
    assert problems(ENGLISH, aim("50086832")) == [Problem(REFERENCE, ErrorCode.PRECONDITION_FAILED, message)]


def test_aims_with_the_same_reference_are_told_apart_by_their_start() -> None:
    aims = [aim("50086832", start_date=FIRST), aim("50086832", start_date=SECOND)]
    message = "'Start date of the learning aim' is required: the learner has several open aims with this reference."
    figures = (("allowed", "2025-09-01, 2026-01-05"),)
    assert problems(ENGLISH, *aims) == [Problem(START, ErrorCode.REQUIRED, message, figures)]
    assert affected(ENGLISH, *aims) == []
    second = ENGLISH | {"aimStartDate": "2026-01-05"}
    assert (problems(second, *aims), affected(second, *aims)) == ([], [aims[1]])
    other_day = ENGLISH | {"aimStartDate": "2026-01-06"}
    message = "'Learning aim' must be one of the learner's open learning aims, with its own start date."
    assert problems(other_day, *aims) == [Problem(REFERENCE, ErrorCode.NOT_FOUND, message, (("allowed", "50086832"),))]


def test_a_reference_that_is_missing_is_a_problem_of_the_form() -> None:
    assert problems({"oneAimOnly": True}, aim(), aim("50086832")) == []
    assert affected({"oneAimOnly": True}, aim(), aim("50086832")) == []
