"""The learning aims that an automation changes."""

import datetime as dt

import pytest

from models import LearningAim
from services.automations.rules import affected_aims
from services.forms.definitions import TypeDefinition

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
    affected = affected_aims(TypeDefinition(fields=(), aims=aim_sets), AIMS)
    assert [aim.reference for aim in affected] == references


def test_no_aims_are_affected_without_a_break() -> None:
    aims = [aim for aim in AIMS if aim.completion_status != 6]
    assert affected_aims(TypeDefinition(fields=(), aims=("LAST_BREAK",)), aims) == []
