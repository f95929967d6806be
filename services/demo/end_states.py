"""The end states of demo trackers, and the dates on which the trackers were opened."""

import datetime as dt
from enum import StrEnum
from random import Random

from models import TrackerStatus
from services.demo.journeys import Journey, latest_weekday
from services.demo.learners import LearnerRecord


class EndState(StrEnum):
    """The state of a tracker at the end of its history.

    It is a status, or FAILED for an approved process automation that could not be applied.
    """

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
    """Return the journeys of the learners that a process automation in this end state can be about.

    A learner's record must agree with the changes of an applied automation.
    """
    if end_state is EndState.RESOLVED and type_key in _JOURNEYS_OF_APPLIED:
        return _JOURNEYS_OF_APPLIED[type_key]
    if type_key == "RETURN_TO_LEARNING" or end_state is EndState.FAILED:
        return (Journey.ON_A_BREAK,)
    return (Journey.ACTIVE,)


_JOURNEYS_OF_APPLIED = {
    "LEARNING_SUPPORT": (Journey.SUPPORTED,),
    "BREAK_IN_LEARNING": (Journey.ON_A_BREAK,),
    "RETURN_TO_LEARNING": (Journey.RETURNED,),
    "WITHDRAWAL": (Journey.WITHDRAWN,),
    "CHANGE_OF_PROGRAMME": (Journey.PENDING_CHANGE,),
    "COMPLETION": (Journey.COMPLETE, Journey.ENTERED_EPA),
}
# The range of days from the last change of the learner's record to the date on which the tracker was opened.
_DAYS_AFTER_LAST_CHANGE = {
    "LEARNING_SUPPORT": (-8, -3),
    "BREAK_IN_LEARNING": (1, 4),
    "RETURN_TO_LEARNING": (-9, -4),
    "WITHDRAWAL": (2, 6),
    "CHANGE_OF_PROGRAMME": (-8, -3),
    "COMPLETION": (1, 5),
}


def random_opening_date(
    type_key: str, end_state: EndState, record: LearnerRecord, today: dt.date, random: Random
) -> dt.date:
    """Return the date on which a tracker was opened: a weekday, and at least ten days ago if the tracker is done."""
    if end_state is EndState.FAILED:
        day = last_change_date(record) + dt.timedelta(days=random.randint(-9, -6))
    elif end_state is EndState.RESOLVED and type_key in _JOURNEYS_OF_APPLIED:
        day = last_change_date(record) + dt.timedelta(days=random.randint(*_DAYS_AFTER_LAST_CHANGE[type_key]))
    elif end_state is EndState.NEW:
        day = today - dt.timedelta(days=round(random.triangular(1, 60, 4)))
    elif end_state is EndState.APPROVED:
        day = today - dt.timedelta(days=random.randint(4, 25))
    else:
        day = today - dt.timedelta(days=random.randint(20, 115))
    return latest_weekday(day)


def last_change_date(record: LearnerRecord) -> dt.date:
    """Return the date of the last change in a learner's journey.

    This is the start of learning support, the return from a break, or else the end of the programme aim.
    """
    programme_aim = record.aims[0]
    if record.journey is Journey.SUPPORTED:
        date = programme_aim.learning_support_from
    elif record.journey is Journey.RETURNED:
        date = record.aims[-1].start_date
    else:
        date = programme_aim.achievement_date or programme_aim.actual_end_date
    assert date is not None
    return date
