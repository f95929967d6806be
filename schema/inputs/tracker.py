"""The input and payload of the ``createTracker`` mutation, and the inputs for field values."""

import datetime as dt
from decimal import Decimal

import strawberry

import models
from schema.declaration.relay import Edge
from schema.enums import TrackerStatus
from schema.input_error import InputError
from schema.inputs.ids import decode_file_id, decode_optional_id, decode_reference
from schema.tracker import Tracker
from services.forms.kinds.types import SubmittedValue
from services.trackers.create_entry import TrackerEntry


@strawberry.input(one_of=True, description="One of the slots: the one that fits the field's kind.")
class ValueInput:
    """``@oneOf`` input for a value. The client sets the slot that matches the kind of the form field."""

    text: str | None = strawberry.field(default=strawberry.UNSET, description="Of a TEXT field.")
    integer: int | None = strawberry.field(default=strawberry.UNSET, description="Of an INTEGER field.")
    decimal: Decimal | None = strawberry.field(default=strawberry.UNSET, description="Of a DECIMAL field.")
    date: dt.date | None = strawberry.field(default=strawberry.UNSET, description="Of a DATE field.")
    boolean: bool | None = strawberry.field(default=strawberry.UNSET, description="Of a BOOLEAN field.")
    choices: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Of a CHOICE field: values of its list; of a single choice, one."
    )
    reference: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of a REFERENCE field: the id of a member, an employer or a programme."
    )
    files: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Of a FILE field: ids of uploads."
    )


@strawberry.input(description="The value of one field.")
class FieldValueInput:
    """Input for the value of one form field."""

    key: str = strawberry.field(description="The field's key.")
    value: ValueInput | None = strawberry.field(default=None, description="The value; null clears the field.")

    def decode(self) -> SubmittedValue:
        """Convert the input to a ``SubmittedValue``."""
        if self.value is None:
            return SubmittedValue(key=self.key, slot=None)
        ((slot, value),) = [entry for entry in vars(self.value).items() if entry[1] is not strawberry.UNSET]
        if slot == "reference":
            value = decode_reference(value)
        elif slot == "files":
            value = [decode_file_id(text) for text in value]
        return SubmittedValue(key=self.key, slot=slot, value=value)


@strawberry.input(description="What is entered to open a tracker.")
class CreateTrackerInput:
    """Input of the ``createTracker`` mutation and the ``validateTracker`` query."""

    type: str = strawberry.field(description="The key of the tracker type.")
    type_version: int | None = strawberry.field(
        default=None,
        description="The version that the form was built on; TYPE_CHANGED when that is no longer in force.",
    )
    learner_id: strawberry.ID | None = strawberry.field(default=None, description="About whom; must be given.")
    status: TrackerStatus = strawberry.field(default=TrackerStatus.NEW, description="NEW; anything else is refused.")
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="To whom: an active administrator, or oneself. Absent or null: to nobody."
    )
    description: str | None = strawberry.field(
        default=None, description="What is to be done, in at most 10,000 characters."
    )
    due_date: dt.date | None = strawberry.field(default=None, description="By when; not before today.")
    values: list[FieldValueInput] = strawberry.field(
        default_factory=list, description="The values of the type's own fields."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="1 to 200 characters, the member's own: the same entry again answers the tracker that it made, "
        "another entry is refused. Spent only by success.",
    )

    def decode(self) -> TrackerEntry:
        """Convert the input to a ``TrackerEntry``."""
        return TrackerEntry(
            type=self.type,
            type_version=self.type_version,
            learner_id=decode_optional_id(self.learner_id, models.Learner),
            status=self.status,
            assignee_id=decode_optional_id(self.assignee_id, models.Member),
            description=self.description,
            due_date=self.due_date,
            values=tuple(value.decode() for value in self.values),
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="What came of opening a tracker.")
class CreateTrackerPayload:
    """Payload of the ``createTracker`` mutation."""

    tracker: Tracker | None = strawberry.field(default=None, description="The tracker; null when refused.")
    tracker_edge: Edge[Tracker] | None = strawberry.field(
        default=None, description="The tracker as an edge of `trackers`, to put in front of a list; null when refused."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
