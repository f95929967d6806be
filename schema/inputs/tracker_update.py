"""What is entered to change a tracker, and what comes of it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import strawberry

import models
from schema.enums import TrackerStatus
from schema.input_error import InputError
from schema.inputs.tracker import FieldValueInput, submitted
from schema.relay import row_id
from schema.tracker import Tracker
from services.kernel.absent import ABSENT
from services.trackers.update_input import UpdateEntry


@strawberry.input(description="What is entered to change a tracker. A slot that is absent keeps what there is.")
class UpdateTrackerInput:
    """The input of updateTracker and validateTrackerUpdate."""

    id: strawberry.ID = strawberry.field(description="The tracker.")
    version: int = strawberry.field(
        description="The version that was last read; CONFLICT when somebody has changed the tracker since."
    )
    status: TrackerStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="One that `transitions` lead to. The present one is no step, but for APPROVED of a process "
        "automation: that tries again to apply it. Null is refused.",
    )
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="To whom: an active administrator, or oneself. Null: to nobody."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What is to be done, in at most 10,000 characters. Null: nothing."
    )
    due_date: dt.date | None = strawberry.field(
        default=strawberry.UNSET, description="By when; a new one not before today. Null: no such day."
    )
    values: list[FieldValueInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Values of the tracker's own `fields`; a key that is not named keeps its value, one with the value "
        "null is cleared. Null instead of the list is refused.",
    )
    comment: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why, in at most 10,000 characters; kept with the change."
    )


@strawberry.type(description="What came of changing a tracker.")
class UpdateTrackerPayload:
    """A tracker, or all that is wrong with the entry."""

    tracker: Tracker | None = strawberry.field(
        default=None, description="The tracker; null when refused, but on CONFLICT the tracker as it now stands."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


def update_of(given: UpdateTrackerInput) -> UpdateEntry:
    """The entry as the rules take it."""
    return UpdateEntry(
        tracker_id=row_id(given.id, models.Tracker),
        version=given.version,
        status=slot(given.status),
        assignee_id=slot(given.assignee_id, lambda text: row_id(text, models.Member)),
        description=slot(given.description),
        due_date=slot(given.due_date),
        values=slot(given.values, lambda values: tuple(map(submitted, values))),
        comment=given.comment or None,
    )


def slot(given: Any, read: Callable[[Any], Any] = lambda value: value) -> Any:
    """What a slot of an update says: ABSENT, None, or what ``read`` makes of it."""
    if given is strawberry.UNSET:
        return ABSENT
    return None if given is None else read(given)
