"""The inputs and payloads of the ``createTrackerType`` and ``updateTrackerType`` mutations."""

import strawberry

import models
from schema.input_error import InputError
from schema.inputs.absent import absent_if_unset
from schema.inputs.field_definition import FieldDefinitionInput
from schema.inputs.ids import decode_id
from schema.tracker_type import TrackerType
from services.tracker_types.input import FieldEntry, TypeEntry, TypeUpdate


@strawberry.input(description="What is entered to make a tracker type of the organisation's own.")
class CreateTrackerTypeInput:
    """Input of the ``createTrackerType`` mutation."""

    key: str = strawberry.field(
        description="What names it in entries and filters, for good: up to 40 capital letters, digits and `_`, a letter "
        "first; no other type of the organisation has it."
    )
    name: str = strawberry.field(description="What people call it, in at most 200 characters.")
    description: str = strawberry.field(default="", description="What it is for, in at most 2,000 characters.")
    fields: list[FieldDefinitionInput] = strawberry.field(description="Its form, in order; at most 100 fields.")

    def decode(self) -> TypeEntry:
        """Convert the input to a ``TypeEntry``."""
        return TypeEntry(key=self.key, name=self.name, description=self.description, fields=_decode_fields(self.fields))


@strawberry.input(
    description="What is entered to change a tracker type of the organisation's own. A slot that is absent keeps what there is."
)
class UpdateTrackerTypeInput:
    """Input of the ``updateTrackerType`` mutation."""

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

    def decode(self) -> TypeUpdate:
        """Convert the input to a ``TypeUpdate``."""
        return TypeUpdate(
            type_id=decode_id(self.id, models.TrackerType),
            version=self.version,
            name=absent_if_unset(self.name),
            description=absent_if_unset(self.description),
            archived=absent_if_unset(self.archived),
            fields=absent_if_unset(self.fields, _decode_fields),
        )


def _decode_fields(fields: list[FieldDefinitionInput]) -> tuple[FieldEntry, ...]:
    return tuple(field.decode() for field in fields)


@strawberry.type(description="What came of making a tracker type.")
class CreateTrackerTypePayload:
    """Payload of the ``createTrackerType`` mutation."""

    tracker_type: TrackerType | None = strawberry.field(default=None, description="The type; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


@strawberry.type(description="What came of changing a tracker type.")
class UpdateTrackerTypePayload:
    """Payload of the ``updateTrackerType`` mutation."""

    tracker_type: TrackerType | None = strawberry.field(
        default=None, description="The type; null when refused, but on CONFLICT the type as it now stands."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
