"""What is entered to make or change a tracker type, and what comes of it."""

import strawberry

import models
from schema.input_error import InputError
from schema.inputs.field_definition import FieldDefinitionInput, field_of
from schema.inputs.tracker_update import slot
from schema.relay import row_id
from schema.tracker_type import TrackerType
from services.tracker_types.input import TypeEntry, TypeUpdate


@strawberry.input(description="What is entered to make a tracker type of the organisation's own.")
class CreateTrackerTypeInput:
    """The input of createTrackerType."""

    key: str = strawberry.field(
        description="What names it in entries and filters, for good: up to 40 capital letters, digits and `_`, a letter "
        "first; no other type of the organisation has it."
    )
    name: str = strawberry.field(description="What people call it, in at most 200 characters.")
    description: str = strawberry.field(default="", description="What it is for, in at most 2,000 characters.")
    fields: list[FieldDefinitionInput] = strawberry.field(description="Its form, in order; at most 100 fields.")


@strawberry.input(
    description="What is entered to change a tracker type of the organisation's own. A slot that is absent keeps what there is."
)
class UpdateTrackerTypeInput:
    """The input of updateTrackerType."""

    id: strawberry.ID = strawberry.field(description="The type.")
    version: int = strawberry.field(
        description="The version that was last read; CONFLICT when somebody has changed the type since."
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="What people call it, in at most 200 characters. Null is refused."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is for, in at most 2,000 characters. Null: nothing."
    )
    archived: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether no new trackers of it can be opened; those that there are stay usable. Null is refused.",
    )
    fields: list[FieldDefinitionInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The whole form anew, in order; at most 100 fields. Trackers that there are keep theirs. Null is refused.",
    )


@strawberry.type(description="What came of making a tracker type.")
class CreateTrackerTypePayload:
    """A type, or all that is wrong with its entry."""

    tracker_type: TrackerType | None = strawberry.field(default=None, description="The type; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


@strawberry.type(description="What came of changing a tracker type.")
class UpdateTrackerTypePayload:
    """A type, or all that is wrong with the entry."""

    tracker_type: TrackerType | None = strawberry.field(
        default=None, description="The type; null when refused, but on CONFLICT the type as it now stands."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


def entry_of(given: CreateTrackerTypeInput) -> TypeEntry:
    """The entry as the rules take it."""
    fields = tuple(map(field_of, given.fields))
    return TypeEntry(key=given.key, name=given.name, description=given.description, fields=fields)


def update_of(given: UpdateTrackerTypeInput) -> TypeUpdate:
    """The entry as the rules take it."""
    return TypeUpdate(
        type_id=row_id(given.id, models.TrackerType),
        version=given.version,
        name=slot(given.name),
        description=slot(given.description),
        archived=slot(given.archived),
        fields=slot(given.fields, lambda fields: tuple(map(field_of, fields))),
    )
