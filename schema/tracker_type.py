"""GraphQL types for tracker types and for transitions between tracker statuses."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import strawberry

from schema.context import Info
from schema.declaration.fields import resolved_field
from schema.declaration.relay import Node
from schema.enums import ProgrammeStatus, TrackerCategory, TrackerStatus
from schema.field_definition import FieldDefinition
from services.forms import definitions
from services.kernel.global_ids import to_global_id
from services.tracker_types.catalogue import AvailableType
from services.tracker_types.transitions import Transition as TransitionRow


@strawberry.type(description="A step from one status to another, with what it asks for, for this viewer.")
class Transition:
    """GraphQL type for a transition from one status to another."""

    from_: TrackerStatus = strawberry.field(
        name="from",
        resolver=lambda root: root.from_status,
        graphql_type=TrackerStatus,
        description="The status that it leaves.",
    )
    to: TrackerStatus = strawberry.field(description="The status that it enters.")
    required_fields: list[str] = strawberry.field(description="The keys of the fields that must be filled to take it.")
    comment_required: bool = strawberry.field(description="Whether a comment must say why.")
    viewer_can_take: bool = strawberry.field(description="Whether the viewer may take it.")


Row = strawberry.Parent[AvailableType]


def _id(root: Row) -> strawberry.ID:
    return strawberry.ID(to_global_id("TrackerType", root.type.id))


def _key(root: Row) -> str:
    return root.type.key


def _name(root: Row) -> str:
    return root.type.name


def _description(root: Row) -> str:
    return root.type.description


def _category(root: Row) -> TrackerCategory:
    return root.type.category


def _version(root: Row) -> int:
    return root.newest.version


def _archived(root: Row) -> bool:
    return root.type.archived


def _fields(root: Row) -> Sequence[definitions.FieldDefinition]:
    return root.newest.definition.fields


def _transitions(root: Row, info: Info) -> Sequence[TransitionRow]:
    return root.transitions(info.context.require_viewer())


def _viewer_can_create(root: Row, info: Info) -> bool:
    return root.can_be_created_by(info.context.require_viewer())


def _learner_statuses(root: Row) -> list[ProgrammeStatus]:
    return list(root.newest.definition.precondition)


@strawberry.type(description="A kind of tracker: its form, its steps, and who may open one.")
class TrackerType(Node):
    """GraphQL type for a tracker type that is available to the viewer."""

    id: strawberry.ID = resolved_field(_id, "The global id.")
    key: str = resolved_field(_key, 'What names it in entries and filters: `"JOB"`.')
    name: str = resolved_field(_name, "What people call it.")
    description: str = resolved_field(_description, "What it is for.")
    category: TrackerCategory = resolved_field(_category, "What kind of type it is.")
    version: int = resolved_field(
        _version,
        "Grows with every change of the definition; a tracker keeps the one it was made with.",
    )
    archived: bool = resolved_field(_archived, "Whether no new trackers of it can be opened.")
    fields: list[FieldDefinition] = resolved_field(
        _fields, "The fields of the form, in form order.", encode_once=attrgetter("newest.id")
    )
    transitions: list[Transition] = resolved_field(
        _transitions,
        "The steps between statuses, as the viewer's roles alone decide.",
    )
    viewer_can_create: bool = resolved_field(_viewer_can_create, "Whether the viewer may open a tracker of it.")
    learner_statuses: list[ProgrammeStatus] = resolved_field(
        _learner_statuses, "The learner must be in one of these; empty: in any."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is an ``AvailableType``."""
        return isinstance(value, AvailableType)
