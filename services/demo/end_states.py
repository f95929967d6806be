"""The end states of the demo trackers, and the day on which each tracker was opened."""

import datetime as dt
from enum import StrEnum
from random import Random

from models import TrackerStatus
from services.demo.journeys import Journey, weekday
from services.demo.learners import LearnerRecord


class EndState(StrEnum):
    """The state that a tracker has at the end of its history: a status, or FAILED, approved but impossible to apply."""

    NEW = "NEW"
    APPROVED = "APPROVED"
    FAILED = "FAILED"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"

    @property
    def status(self) -> TrackerStatus:
        """Return the status of a tracker in this state."""
        return TrackerStatus.APPROVED if self is EndState.FAILED else TrackerStatus(self.value)


def journeys_for(type_key: str, end_state: EndState) -> tuple[Journey, ...]:
    """Return the journeys of the learners whom a process automation in this state may be about.

    What has been applied must be what the learner's record says.
    """
    if end_state is EndState.RESOLVED and type_key in _APPLIED:
        return _APPLIED[type_key]
    if type_key == "RETURN_TO_LEARNING" or end_state is EndState.FAILED:
        return (Journey.ON_A_BREAK,)
    return (Journey.ACTIVE,)


_APPLIED = {
    "LEARNING_SUPPORT": (Journey.SUPPORTED,),
    "BREAK_IN_LEARNING": (Journey.ON_A_BREAK,),
    "RETURN_TO_LEARNING": (Journey.RETURNED,),
    "WITHDRAWAL": (Journey.WITHDRAWN,),
    "CHANGE_OF_PROGRAMME": (Journey.PENDING_CHANGE,),
    "COMPLETION": (Journey.COMPLETE, Journey.ENTERED_EPA),
}
# The least and the most days from the turning day of the learner's record until the tracker was opened.
_AFTER_RECORD = {
    "LEARNING_SUPPORT": (-8, -3),
    "BREAK_IN_LEARNING": (1, 4),
    "RETURN_TO_LEARNING": (-9, -4),
    "WITHDRAWAL": (2, 6),
    "CHANGE_OF_PROGRAMME": (-8, -3),
    "COMPLETION": (1, 5),
}


def opened_on(type_key: str, end_state: EndState, record: LearnerRecord, today: dt.date, random: Random) -> dt.date:
    """Return the day on which a tracker was opened: a weekday, and at least ten days ago if the tracker is done."""
    if end_state is EndState.FAILED:
        day = turning_day(record) + dt.timedelta(days=random.randint(-9, -6))
    elif end_state is EndState.RESOLVED and type_key in _APPLIED:
        day = turning_day(record) + dt.timedelta(days=random.randint(*_AFTER_RECORD[type_key]))
    elif end_state is EndState.NEW:
        day = today - dt.timedelta(days=round(random.triangular(1, 60, 4)))
    elif end_state is EndState.APPROVED:
        day = today - dt.timedelta(days=random.randint(4, 25))
    else:
        day = today - dt.timedelta(days=random.randint(20, 115))
    return weekday(day)


def turning_day(record: LearnerRecord) -> dt.date:
    """Return the day in the learner's record on which the journey took its last turn: a break, a return, an end."""
    programme_aim = record.aims[0]
    if record.journey is Journey.SUPPORTED:
        day = programme_aim.learning_support_from
    elif record.journey is Journey.RETURNED:
        day = record.aims[-1].start_date
    else:
        day = programme_aim.achievement_date or programme_aim.actual_end_date
    assert day is not None
    return day
