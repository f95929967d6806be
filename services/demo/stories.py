"""Where the learners of the demo data stand, and the learning aims that say so by the ILR's cross-field rules."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import Any

from models import ProgrammeStatus
from services.imports.entry import AimEntry


class Story(StrEnum):
    """What a learner has been through: a programme status, with or without something special."""

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
        """The status that goes with the story."""
        continuing = (Story.SUPPORTED, Story.RETURNED)
        return ProgrammeStatus.ACTIVE if self in continuing else ProgrammeStatus(self.value)


# How many days ago such a learner began, at most and at least.
_BEGAN: Mapping[Story, tuple[int, int]] = MappingProxyType(
    {
        Story.ACTIVE: (360, 150),
        Story.SUPPORTED: (330, 150),
        Story.RETURNED: (400, 260),
        Story.ON_A_BREAK: (380, 200),
        Story.ENTERED_EPA: (540, 440),
        Story.PENDING_CHANGE: (300, 150),
        Story.COMPLETE: (720, 540),
        Story.WITHDRAWN: (400, 200),
    }
)
_WITHDRAW_REASONS = (3, 29, 44, 97)
_CHANGED_PROGRAMME = 40


def weekday(day: dt.date) -> dt.date:
    """The day, or the Friday before it."""
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def aims_of(story: Story, programme: Mapping[str, Any], today: dt.date, draw: Random) -> list[AimEntry]:
    """The programme aim with its component, and after a return from a break those that restarted."""
    if story not in _BEGAN:
        return []
    most, least = _BEGAN[story]
    start = weekday(today - dt.timedelta(days=draw.randint(least, most)))
    planned = start + dt.timedelta(days=round(programme["months"] * 30.4))
    whole = AimEntry(1, "ZPROG001", 1, start, 1, planned_end_date=planned)
    part = AimEntry(2, programme["component"], 3, start, 1, planned_end_date=planned)
    aims = _ended(story, [whole, part], today, draw)
    for aim in aims:
        aim.fund_model, aim.programme_type, aim.standard_code = 36, 25, programme["standard"]
    return aims


def _ended(story: Story, aims: list[AimEntry], today: dt.date, draw: Random) -> list[AimEntry]:
    def ago(least: int, most: int) -> dt.date:
        return weekday(today - dt.timedelta(days=draw.randint(least, most)))

    match story:
        case Story.SUPPORTED:
            begun = ago(20, 60)
            until = begun + dt.timedelta(days=180) if draw.random() < 0.5 else None
            return [replace(aim, learning_support_from=begun, learning_support_to=until) for aim in aims]
        case Story.ON_A_BREAK:
            return _end(aims, ago(25, 90), status=6, outcome=3)
        case Story.RETURNED:
            return _restarted(_end(aims, ago(110, 160), status=6, outcome=3), ago(20, 60))
        case Story.WITHDRAWN:
            return _end(aims, ago(30, 100), status=3, outcome=3, reason=draw.choice(_WITHDRAW_REASONS))
        case Story.PENDING_CHANGE:
            return _end(aims, ago(10, 40), status=3, outcome=3, reason=_CHANGED_PROGRAMME)
        case Story.ENTERED_EPA:
            whole, part = _end(aims, ago(20, 50), status=2, outcome=8)
            return [replace(whole, actual_hours=draw.randint(330, 520)), part]
        case Story.COMPLETE:
            whole, part = _end(aims, end := ago(60, 100), status=2, outcome=1)
            achieved = weekday(end + dt.timedelta(days=draw.randint(14, 35)))
            return [replace(whole, achievement_date=achieved, actual_hours=draw.randint(330, 520)), part]
    return aims


def _end(
    aims: Sequence[AimEntry], day: dt.date, *, status: int, outcome: int, reason: int | None = None
) -> list[AimEntry]:
    return [
        replace(aim, actual_end_date=day, completion_status=status, outcome=outcome, withdraw_reason=reason)
        for aim in aims
    ]


def _restarted(aims: list[AimEntry], day: dt.date) -> list[AimEntry]:
    """A break is never opened again: new aims follow, with what was left of the planned time."""
    new = []
    for aim in aims:
        assert aim.planned_end_date is not None
        assert aim.actual_end_date is not None
        restart = AimEntry(aim.sequence + len(aims), aim.reference, aim.aim_type, day, 1)
        restart.planned_end_date = day + (aim.planned_end_date - aim.actual_end_date)
        restart.original_start_date, restart.restart = aim.start_date, True
        new.append(restart)
    return [*aims, *new]
