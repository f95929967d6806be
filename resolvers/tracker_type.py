"""Asking for tracker types, and making and changing an organisation's own."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.enums import TrackerCategory
from schema.inputs.tracker_type import (
    CreateTrackerTypeInput,
    CreateTrackerTypePayload,
    UpdateTrackerTypeInput,
    UpdateTrackerTypePayload,
    entry_of,
    update_of,
)
from services.tracker_types.catalogue import AvailableType, list_types, type_by_key
from services.tracker_types.changes import create_type, update_type


async def tracker_types(
    info: Info,
    category: Annotated[
        list[TrackerCategory] | None, strawberry.argument(description="Only these; absent, null and []: all.")
    ] = None,
    creatable_only: Annotated[
        bool, strawberry.argument(description="Only those that the viewer may open a tracker of.")
    ] = False,
    include_archived: Annotated[bool, strawberry.argument(description="Also those that are archived.")] = False,
) -> list[AvailableType]:
    """The tracker types of the organisation."""
    return await list_types(
        info.context.require_viewer(),
        category=category,
        creatable_only=creatable_only,
        include_archived=include_archived,
    )


async def tracker_type(
    info: Info, key: Annotated[str, strawberry.argument(description="The type's key.")]
) -> AvailableType | None:
    """One tracker type by its key."""
    return await type_by_key(info.context.require_viewer(), key)


async def create_tracker_type(
    info: Info,
    given: Annotated[CreateTrackerTypeInput, strawberry.argument(name="input", description="The entry.")],
) -> CreateTrackerTypePayload:
    """Make a tracker type."""
    made: Any = await create_type(info.context.require_viewer(), entry_of(given))
    return CreateTrackerTypePayload(tracker_type=made)


async def update_tracker_type(
    info: Info,
    given: Annotated[UpdateTrackerTypeInput, strawberry.argument(name="input", description="The entry.")],
) -> UpdateTrackerTypePayload:
    """Change a tracker type."""
    changed: Any = await update_type(info.context.require_viewer(), update_of(given))
    return UpdateTrackerTypePayload(tracker_type=changed)
