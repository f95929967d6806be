"""The programme status of learners, derived from the codes of their learning aims."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from models import ProgrammeStatus
from services.imports.entry import AimEntry
from services.imports.ilr.programme import programme_name, programme_status

_JUNE, _AUTUMN = dt.date(2026, 6, 30), dt.date(2026, 9, 1)
PROGRAMME = AimEntry(1, "ZPROG001", 1, dt.date(2025, 1, 6), 1, fund_model=36, programme_type=25, standard_code=105)
GATEWAY = replace(PROGRAMME, actual_end_date=_JUNE, outcome=8)
ENGLISH = replace(PROGRAMME, sequence=2, reference="60346676", aim_type=3)
OTHER_LEARNING = AimEntry(3, "60346677", 4, dt.date(2026, 8, 3), 1, fund_model=38)
COMPLETED = replace(PROGRAMME, completion_status=2, outcome=1, actual_end_date=_JUNE, achievement_date=_AUTUMN)
BREAK = replace(PROGRAMME, completion_status=6, outcome=3, actual_end_date=dt.date(2025, 9, 30))
WITHDRAWN = replace(PROGRAMME, completion_status=3, outcome=3, withdraw_reason=3, actual_end_date=_JUNE)


def restarted(aim: AimEntry, **codes: Any) -> AimEntry:
    return replace(aim, sequence=9, start_date=_AUTUMN, original_start_date=PROGRAMME.start_date, restart=True, **codes)


_OF_ANOTHER_STANDARD: dict[str, Any] = {"start_date": _AUTUMN, "standard_code": 196}


@pytest.mark.parametrize(
    ("aims", "status"),
    [
        pytest.param([GATEWAY], "ENTERED_EPA", id="through the gateway"),
        pytest.param([GATEWAY, ENGLISH], "ENTERED_EPA", id="English goes on"),
        pytest.param([ENGLISH, GATEWAY], "ENTERED_EPA", id="English comes first"),
        pytest.param([GATEWAY, OTHER_LEARNING], "ENTERED_EPA", id="learning beside the programme"),
        pytest.param([replace(GATEWAY, fund_model=99)], "ENTERED_EPA", id="a standard without public funding"),
        pytest.param([BREAK, restarted(GATEWAY)], "ENTERED_EPA", id="through the gateway after a break"),
        pytest.param([GATEWAY, restarted(PROGRAMME)], "ACTIVE", id="back in training"),
        pytest.param([GATEWAY, restarted(COMPLETED)], "COMPLETE", id="back in training, then complete"),
        pytest.param([GATEWAY, restarted(WITHDRAWN)], "WITHDRAWN", id="back in training, then withdrawn"),
        pytest.param([GATEWAY, replace(PROGRAMME, **_OF_ANOTHER_STANDARD)], "ACTIVE", id="another standard goes on"),
        pytest.param([GATEWAY, replace(WITHDRAWN, **_OF_ANOTHER_STANDARD)], "ENTERED_EPA", id="another was left"),
        pytest.param([replace(GATEWAY, actual_end_date=None)], "ACTIVE", id="without an end"),
        pytest.param([replace(GATEWAY, outcome=None)], "ACTIVE", id="without an outcome"),
        pytest.param([replace(GATEWAY, programme_type=32)], "ACTIVE", id="a bootcamp has no gateway"),
        pytest.param([replace(GATEWAY, programme_type=34)], "ACTIVE", id="a unit has no gateway"),
        pytest.param([PROGRAMME, replace(GATEWAY, aim_type=3)], "ACTIVE", id="a component has no gateway"),
        pytest.param([COMPLETED, ENGLISH], "ACTIVE", id="complete, but English goes on"),
        pytest.param([replace(COMPLETED, outcome=8)], "COMPLETE", id="assessed, result not known"),
        pytest.param([COMPLETED], "COMPLETE", id="complete"),
        pytest.param([BREAK], "ON_A_BREAK", id="on a break"),
        pytest.param([BREAK, restarted(WITHDRAWN)], "WITHDRAWN", id="withdrawn after a break"),
    ],
)
def test_the_status_follows_from_the_aims(aims: list[AimEntry], status: str) -> None:
    assert programme_status(aims) == ProgrammeStatus(status)


UNIT = replace(PROGRAMME, programme_type=34, standard_code=None)
UNIT_OF_2025_26 = AimEntry(1, "ZSC00001", 4, dt.date(2026, 5, 4), 1, fund_model=99)


@pytest.mark.parametrize(
    ("aims", "name"),
    [
        ([PROGRAMME], "Standard 105 (ProgType 25)"),
        ([UNIT], "Apprenticeship unit (ProgType 34)"),
        ([replace(UNIT, standard_code=901)], "Apprenticeship unit (ProgType 34)"),
        ([UNIT_OF_2025_26], "Apprenticeship unit"),
        ([UNIT_OF_2025_26, PROGRAMME], "Standard 105 (ProgType 25)"),
        ([OTHER_LEARNING], "No programme"),
    ],
)
def test_the_name_follows_from_the_programme_aim(aims: list[AimEntry], name: str) -> None:
    assert programme_name(aims) == name
