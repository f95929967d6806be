"""The input and payload of the ``updateTracker`` mutation."""

import datetime as dt

import strawberry

import models
from schema.enums import TrackerStatus
from schema.input_error import InputError
from schema.inputs.absent import absent_if_unset
from schema.inputs.ids import decode_id
from schema.inputs.tracker import FieldValueInput
from schema.tracker import Tracker
from services.trackers.update_entry import UpdateEntry


@strawberry.input(description="What is entered to change a tracker. A slot that is absent keeps what there is.")
class UpdateTrackerInput:
    """Input of the ``updateTracker`` mutation and the ``validateTrackerUpdate`` query."""

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
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="1 to 200 characters, the member's own: the same entry again, after it made its change, answers the "
        "tracker as it now stands, without CONFLICT; another entry is refused. Spent only by a change that was made.",
    )

    def decode(self) -> UpdateEntry:
        """Convert the input to an ``UpdateEntry``."""
        return UpdateEntry(
            tracker_id=decode_id(self.id, models.Tracker),
            version=self.version,
            status=absent_if_unset(self.status),
            assignee_id=absent_if_unset(self.assignee_id, lambda text: decode_id(text, models.Member)),
            description=absent_if_unset(self.description),
            due_date=absent_if_unset(self.due_date),
            values=absent_if_unset(self.values, lambda values: tuple(value.decode() for value in values)),
            comment=self.comment or None,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="What came of changing a tracker.")
class UpdateTrackerPayload:
    """Payload of the ``updateTracker`` mutation."""

    tracker: Tracker | None = strawberry.field(
        default=None, description="The tracker; null when refused, but on CONFLICT the tracker as it now stands."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
