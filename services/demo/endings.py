"""How the trackers of the demo data end, and the day on which each was opened."""

import datetime as dt
from enum import StrEnum
from random import Random

from models import TrackerStatus
from services.demo.learners import Person
from services.demo.stories import Story, weekday


class Ending(StrEnum):
    """How a tracker ends: a status, or approved but not to be applied."""

    NEW = "NEW"
    APPROVED = "APPROVED"
    FAILED = "FAILED"
    RESOLVED = "RESOLVED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"

    @property
    def status(self) -> TrackerStatus:
        """The status of such a tracker."""
        return TrackerStatus.APPROVED if self is Ending.FAILED else TrackerStatus(self.value)


def stories_for(type_key: str, ending: Ending) -> tuple[Story, ...]:
    """Whom a process automation that ends so is about: what was applied is what the learner's record says."""
    if ending is Ending.RESOLVED and type_key in _APPLIED:
        return _APPLIED[type_key]
    if type_key == "RETURN_TO_LEARNING" or ending is Ending.FAILED:
        return (Story.ON_A_BREAK,)
    return (Story.ACTIVE,)


_APPLIED = {
    "LEARNING_SUPPORT": (Story.SUPPORTED,),
    "BREAK_IN_LEARNING": (Story.ON_A_BREAK,),
    "RETURN_TO_LEARNING": (Story.RETURNED,),
    "WITHDRAWAL": (Story.WITHDRAWN,),
    "CHANGE_OF_PROGRAMME": (Story.PENDING_CHANGE,),
    "COMPLETION": (Story.COMPLETE, Story.ENTERED_EPA),
}
# Opened so many days after the day in the record that it led to.
_AFTER_RECORD = {
    "LEARNING_SUPPORT": (-8, -3),
    "BREAK_IN_LEARNING": (1, 4),
    "RETURN_TO_LEARNING": (-9, -4),
    "WITHDRAWAL": (2, 6),
    "CHANGE_OF_PROGRAMME": (-8, -3),
    "COMPLETION": (1, 5),
}


def opened_on(type_key: str, ending: Ending, person: Person, today: dt.date, draw: Random) -> dt.date:
    """A weekday before today, for what is done at least ten days before; nothing was opened on a weekend."""
    if ending is Ending.FAILED:
        after = recorded_on(person) + dt.timedelta(days=draw.randint(-9, -6))
    elif ending is Ending.RESOLVED and type_key in _APPLIED:
        after = recorded_on(person) + dt.timedelta(days=draw.randint(*_AFTER_RECORD[type_key]))
    elif ending is Ending.NEW:
        after = today - dt.timedelta(days=round(draw.triangular(1, 60, 4)))
    elif ending is Ending.APPROVED:
        after = today - dt.timedelta(days=draw.randint(4, 25))
    else:
        after = today - dt.timedelta(days=draw.randint(20, 115))
    return weekday(after)


def recorded_on(person: Person) -> dt.date:
    """The day in the learner's record on which their story turned."""
    newest = person.aims[-1]
    whole = person.aims[0]
    if person.story is Story.SUPPORTED:
        turned = whole.learning_support_from
    elif person.story is Story.RETURNED:
        turned = newest.start_date
    else:
        turned = whole.achievement_date or whole.actual_end_date
    assert turned is not None
    return turned
