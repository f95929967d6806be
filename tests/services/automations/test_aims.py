"""The learning aims that an automation changes, and what they say about the programme."""

import datetime as dt
from typing import Any

import pytest

from models import LearningAim
from services.automations.aims import ProgrammeKind, affected_aims, programme_kind
from services.forms.definitions import TypeDefinition
from tests.support.scenarios.record_checks import aim

JANUARY, JUNE = dt.date(2026, 1, 1), dt.date(2026, 6, 1)

AIMS = [
    LearningAim(reference="open", completion_status=1),
    LearningAim(reference="open too", completion_status=1, actual_end_date=JUNE),
    LearningAim(reference="old break", completion_status=6, actual_end_date=JANUARY),
    LearningAim(reference="break", completion_status=6, actual_end_date=JUNE),
    LearningAim(reference="same break", completion_status=6, actual_end_date=JUNE),
    LearningAim(reference="endless break", completion_status=6),
    LearningAim(reference="withdrawn", completion_status=3, actual_end_date=JUNE),
    LearningAim(reference="achieved", completion_status=2, outcome=1, actual_end_date=JUNE),
    LearningAim(reference="awaiting", completion_status=2, outcome=8, actual_end_date=JUNE),
    LearningAim(reference="no outcome", completion_status=2, actual_end_date=JUNE),
]


@pytest.mark.parametrize(
    ("aim_sets", "references"),
    [
        ((), []),
        (("OPEN",), ["open", "open too"]),
        (("LAST_BREAK",), ["break", "same break"]),
        (("AWAITING_OUTCOME",), ["awaiting"]),
        (("OPEN", "LAST_BREAK"), ["open", "open too", "break", "same break"]),
        (("OPEN", "AWAITING_OUTCOME"), ["open", "open too", "awaiting"]),
    ],
)
def test_affected_aims_are_those_of_the_automations_sets(aim_sets: tuple[str, ...], references: list[str]) -> None:
    affected = affected_aims(TypeDefinition(fields=(), aims=aim_sets), {}, AIMS)
    assert [target.reference for target in affected] == references


def test_no_aims_are_affected_without_a_break() -> None:
    aims = [other for other in AIMS if other.completion_status != 6]
    assert affected_aims(TypeDefinition(fields=(), aims=("LAST_BREAK",)), {}, aims) == []


def test_no_aim_is_put_on_a_break_after_it_has_ended() -> None:
    definition = TypeDefinition(fields=(), aims=("OPEN",), effects={"aim.completionStatus": {"value": 6}})
    assert [target.reference for target in affected_aims(definition, {}, AIMS)] == ["open"]


ENDED: dict[str, Any] = {"completion_status": 2, "outcome": 1, "actual_end_date": JANUARY}
KINDS: list[tuple[list[LearningAim], ProgrammeKind]] = [
    ([], ProgrammeKind.UNKNOWN),
    ([aim(fund_model=None, programme_type=None)], ProgrammeKind.UNKNOWN),
    ([aim(fund_model=36, programme_type=None)], ProgrammeKind.UNKNOWN),
    ([aim(fund_model=38, programme_type=None)], ProgrammeKind.OTHER),
    ([aim()], ProgrammeKind.STANDARD),
    ([aim(fund_model=99)], ProgrammeKind.STANDARD),
    ([aim("50086832")], ProgrammeKind.STANDARD),
    *[([aim(programme_type=code)], ProgrammeKind.FRAMEWORK) for code in (2, 3, 20, 21, 22, 23)],
    ([aim(fund_model=39, programme_type=34)], ProgrammeKind.UNIT),
    ([aim("ZSC00012", fund_model=36, programme_type=None)], ProgrammeKind.UNIT),
    *[([aim(programme_type=code)], ProgrammeKind.OTHER) for code in (24, 30, 31, 32, 33)],
    # What is over does not count, unless nothing is open.
    ([aim(), aim(programme_type=34, **ENDED)], ProgrammeKind.STANDARD),
    ([aim(**ENDED), aim(programme_type=34)], ProgrammeKind.UNIT),
    ([aim(programme_type=34, **ENDED)], ProgrammeKind.UNIT),
    # An assessment to come, or a break, is not the end.
    ([aim(**ENDED | {"outcome": 8}), aim(programme_type=32, **ENDED)], ProgrammeKind.STANDARD),
    (
        [aim(completion_status=6, outcome=3, actual_end_date=JUNE), aim(programme_type=32, **ENDED)],
        ProgrammeKind.STANDARD,
    ),
    # The programme aim counts, and the newest of several.
    ([aim(), aim("50086832", programme_type=32, start_date=JUNE)], ProgrammeKind.STANDARD),
    ([aim(), aim(programme_type=34, start_date=JUNE)], ProgrammeKind.UNIT),
]


@pytest.mark.parametrize(("aims", "kind"), KINDS)
def test_the_kind_of_a_programme_is_that_of_its_newest_open_programme_aim(
    aims: list[LearningAim], kind: ProgrammeKind
) -> None:
    assert programme_kind(aims) == programme_kind(aims[::-1]) == kind
