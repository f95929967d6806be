"""The journeys of the demo learners, and learning aims for each that keep the ILR's cross-field rules."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import Any

from models import ProgrammeStatus
from services.imports.entry import AimEntry


class Journey(StrEnum):
    """A learner's journey: a programme status, in some cases with learning support or a break behind it."""

    ONBOARDING = "ONBOARDING"
    READY_TO_ENROL = "READY_TO_ENROL"
    ACTIVE = "ACTIVE"
    SUPPORTED = "SUPPORTED"
    RETURNED = "RETURNED"
    ON_A_BREAK = "ON_A_BREAK"
    ENTERED_EPA = "ENTERED_EPA"
    PENDING_CHANGE = "PENDING_CHANGE"
    COMPLETE = "COMPLETE"
    WITHDRAWN = "WITHDRAWN"

    @property
    def programme_status(self) -> ProgrammeStatus:
        """Return the programme status at the end of the journey."""
        continuing = (Journey.SUPPORTED, Journey.RETURNED)
        return ProgrammeStatus.ACTIVE if self in continuing else ProgrammeStatus(self.value)


# The most and the least days since the learner started; without an entry the learner has no aims yet.
_DAYS_SINCE_START: Mapping[Journey, tuple[int, int]] = MappingProxyType(
    {
        Journey.ACTIVE: (360, 150),
        Journey.SUPPORTED: (330, 150),
        Journey.RETURNED: (400, 260),
        Journey.ON_A_BREAK: (380, 200),
        Journey.ENTERED_EPA: (540, 440),
        Journey.PENDING_CHANGE: (300, 150),
        Journey.COMPLETE: (720, 540),
        Journey.WITHDRAWN: (400, 200),
    }
)
# Codes of the ILR's fields CompStatus, Outcome and WithdrawReason.
_CONTINUING, _COMPLETED, _WITHDRAWN, _ON_A_BREAK = 1, 2, 3, 6
_ACHIEVED, _NO_ACHIEVEMENT, _OUTCOME_NOT_YET_KNOWN = 1, 3, 8
_WITHDRAW_REASONS = (3, 29, 44, 97)
_TRANSFERRED = 40


def weekday(day: dt.date) -> dt.date:
    """Return the day itself, or the Friday before a weekend."""
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def aims_of(journey: Journey, programme: Mapping[str, Any], today: dt.date, random: Random) -> list[AimEntry]:
    """Return the programme aim and a component aim; after a return from a break, also their restarts.

    ``programme`` is an entry of ``providers.toml``. Learners who have not started have no aims.
    """
    if journey not in _DAYS_SINCE_START:
        return []
    most, least = _DAYS_SINCE_START[journey]
    start = weekday(today - dt.timedelta(days=random.randint(least, most)))
    planned_end = start + dt.timedelta(days=round(programme["months"] * 30.4))
    programme_aim = AimEntry(1, "ZPROG001", 1, start, _CONTINUING, planned_end_date=planned_end)
    component = AimEntry(2, programme["component"], 3, start, _CONTINUING, planned_end_date=planned_end)
    aims = _follow(journey, [programme_aim, component], today, random)
    for aim in aims:
        aim.fund_model, aim.programme_type, aim.standard_code = 36, 25, programme["standard"]
    return aims


def _follow(journey: Journey, aims: list[AimEntry], today: dt.date, random: Random) -> list[AimEntry]:
    """Return the aims as they are after the journey."""

    def ago(least: int, most: int) -> dt.date:
        return weekday(today - dt.timedelta(days=random.randint(least, most)))

    match journey:
        case Journey.SUPPORTED:
            start = ago(20, 60)
            end = start + dt.timedelta(days=180) if random.random() < 0.5 else None
            return [replace(aim, learning_support_from=start, learning_support_to=end) for aim in aims]
        case Journey.ON_A_BREAK:
            return _end(aims, ago(25, 90), status=_ON_A_BREAK, outcome=_NO_ACHIEVEMENT)
        case Journey.RETURNED:
            return _restart(_end(aims, ago(110, 160), status=_ON_A_BREAK, outcome=_NO_ACHIEVEMENT), ago(20, 60))
        case Journey.WITHDRAWN:
            day, reason = ago(30, 100), random.choice(_WITHDRAW_REASONS)
            return _end(aims, day, status=_WITHDRAWN, outcome=_NO_ACHIEVEMENT, reason=reason)
        case Journey.PENDING_CHANGE:
            return _end(aims, ago(10, 40), status=_WITHDRAWN, outcome=_NO_ACHIEVEMENT, reason=_TRANSFERRED)
        case Journey.ENTERED_EPA:
            aim, component = _end(aims, ago(20, 50), status=_COMPLETED, outcome=_OUTCOME_NOT_YET_KNOWN)
            return [replace(aim, actual_hours=random.randint(330, 520)), component]
        case Journey.COMPLETE:
            aim, component = _end(aims, day := ago(60, 100), status=_COMPLETED, outcome=_ACHIEVED)
            achieved = weekday(day + dt.timedelta(days=random.randint(14, 35)))
            return [replace(aim, achievement_date=achieved, actual_hours=random.randint(330, 520)), component]
    return aims


def _end(
    aims: Sequence[AimEntry], day: dt.date, *, status: int, outcome: int, reason: int | None = None
) -> list[AimEntry]:
    return [
        replace(aim, actual_end_date=day, completion_status=status, outcome=outcome, withdraw_reason=reason)
        for aim in aims
    ]


def _restart(aims: list[AimEntry], day: dt.date) -> list[AimEntry]:
    """Return the aims with a restart of each after them, for what was left of the planned time.

    The ILR guidance has new aims for a return from a break; the old ones stay ended.
    """
    restarts = []
    for aim in aims:
        assert aim.planned_end_date is not None
        assert aim.actual_end_date is not None
        restart = AimEntry(aim.sequence + len(aims), aim.reference, aim.aim_type, day, _CONTINUING)
        restart.planned_end_date = day + (aim.planned_end_date - aim.actual_end_date)
        restart.original_start_date, restart.restart = aim.start_date, True
        restarts.append(restart)
    return [*aims, *restarts]
