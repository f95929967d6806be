"""The journeys of demo learners, and their learning aims, which satisfy the ILR's cross-field rules."""

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
    """The course of a learner's programme: its status, and whether there was learning support or a break."""

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
        active = (Journey.SUPPORTED, Journey.RETURNED)
        return ProgrammeStatus.ACTIVE if self in active else ProgrammeStatus(self.value)


# The maximum and minimum number of days since the learner started; other learners have not started yet.
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


def latest_weekday(date: dt.date) -> dt.date:
    """Return the date, or the preceding Friday if it is at a weekend."""
    return date - dt.timedelta(days=max(0, date.weekday() - 4))


def make_aims(journey: Journey, programme: Mapping[str, Any], today: dt.date, random: Random) -> list[AimEntry]:
    """Return the programme aim and a component aim of a journey and, after a break, the restarts of both.

    ``programme`` is an entry of ``providers.toml``. The list is empty if the learner has not started.
    """
    if journey not in _DAYS_SINCE_START:
        return []
    maximum, minimum = _DAYS_SINCE_START[journey]
    start = latest_weekday(today - dt.timedelta(days=random.randint(minimum, maximum)))
    planned_end = start + dt.timedelta(days=round(programme["months"] * 30.4))
    programme_aim = AimEntry(1, "ZPROG001", 1, start, _CONTINUING, planned_end_date=planned_end)
    component = AimEntry(2, programme["component"], 3, start, _CONTINUING, planned_end_date=planned_end)
    aims = _apply_journey(journey, [programme_aim, component], today, random)
    for aim in aims:
        aim.fund_model, aim.programme_type, aim.standard_code = 36, 25, programme["standard"]
    return aims


def _apply_journey(journey: Journey, aims: list[AimEntry], today: dt.date, random: Random) -> list[AimEntry]:
    """Return the aims as they are at the end of the journey."""

    def days_ago(minimum: int, maximum: int) -> dt.date:
        return latest_weekday(today - dt.timedelta(days=random.randint(minimum, maximum)))

    match journey:
        case Journey.SUPPORTED:
            start = days_ago(20, 60)
            end = start + dt.timedelta(days=180) if random.random() < 0.5 else None
            return [replace(aim, learning_support_from=start, learning_support_to=end) for aim in aims]
        case Journey.ON_A_BREAK:
            return _end(aims, days_ago(25, 90), status=_ON_A_BREAK, outcome=_NO_ACHIEVEMENT)
        case Journey.RETURNED:
            ended = _end(aims, days_ago(110, 160), status=_ON_A_BREAK, outcome=_NO_ACHIEVEMENT)
            return _restart(ended, days_ago(20, 60))
        case Journey.WITHDRAWN:
            date, reason = days_ago(30, 100), random.choice(_WITHDRAW_REASONS)
            return _end(aims, date, status=_WITHDRAWN, outcome=_NO_ACHIEVEMENT, reason=reason)
        case Journey.PENDING_CHANGE:
            return _end(aims, days_ago(10, 40), status=_WITHDRAWN, outcome=_NO_ACHIEVEMENT, reason=_TRANSFERRED)
        case Journey.ENTERED_EPA:
            # The programme aim of a standard is completed only when its assessment is over.
            aim, component = _end(aims, days_ago(20, 50), status=_COMPLETED, outcome=_OUTCOME_NOT_YET_KNOWN)
            return [replace(aim, completion_status=_CONTINUING, actual_hours=random.randint(330, 520)), component]
        case Journey.COMPLETE:
            aim, component = _end(aims, date := days_ago(60, 100), status=_COMPLETED, outcome=_ACHIEVED)
            achieved_on = latest_weekday(date + dt.timedelta(days=random.randint(14, 35)))
            return [replace(aim, achievement_date=achieved_on, actual_hours=random.randint(330, 520)), component]
    return aims


def _end(
    aims: Sequence[AimEntry], date: dt.date, *, status: int, outcome: int, reason: int | None = None
) -> list[AimEntry]:
    return [
        replace(aim, actual_end_date=date, completion_status=status, outcome=outcome, withdraw_reason=reason)
        for aim in aims
    ]


def _restart(aims: list[AimEntry], date: dt.date) -> list[AimEntry]:
    """Return the ended aims followed by a restart of each, whose planned duration is the time that remained.

    The ILR guidance requires new aims for a return from a break.
    """
    restarts = []
    for aim in aims:
        assert aim.planned_end_date is not None
        assert aim.actual_end_date is not None
        restart = AimEntry(aim.sequence + len(aims), aim.reference, aim.aim_type, date, _CONTINUING)
        restart.planned_end_date = date + (aim.planned_end_date - aim.actual_end_date)
        restart.original_start_date, restart.restart = aim.start_date, True
        restarts.append(restart)
    return [*aims, *restarts]
