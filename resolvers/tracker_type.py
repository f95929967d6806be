"""The queries and mutations for tracker types."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.enums import TrackerCategory
from schema.inputs.tracker_type import (
    CreateTrackerTypeInput,
    CreateTrackerTypePayload,
    UpdateTrackerTypeInput,
    UpdateTrackerTypePayload,
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
    """Return the organisation's tracker types, including the built-in ones."""
    return await list_types(
        info.context.require_viewer(),
        category=category,
        creatable_only=creatable_only,
        include_archived=include_archived,
    )


async def tracker_type(
    info: Info, key: Annotated[str, strawberry.argument(description="The type's key.")]
) -> AvailableType | None:
    """Return the tracker type with the given key, or None if it does not exist."""
    return await type_by_key(info.context.require_viewer(), key)


async def create_tracker_type(
    info: Info,
    entry: Annotated[CreateTrackerTypeInput, strawberry.argument(name="input", description="The entry.")],
) -> CreateTrackerTypePayload:
    """Create a custom tracker type."""
    tracker_type: Any = await create_type(info.context.require_viewer(), entry.decode())
    return CreateTrackerTypePayload(tracker_type=tracker_type)


async def update_tracker_type(
    info: Info,
    entry: Annotated[UpdateTrackerTypeInput, strawberry.argument(name="input", description="The entry.")],
) -> UpdateTrackerTypePayload:
    """Update a custom tracker type."""
    tracker_type: Any = await update_type(info.context.require_viewer(), entry.decode())
    return UpdateTrackerTypePayload(tracker_type=tracker_type)
