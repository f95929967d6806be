"""Asking for tracker types."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.enums import TrackerCategory
from services.tracker_types import OfferedType, list_types, type_by_key


async def tracker_types(
    info: Info,
    category: Annotated[
        list[TrackerCategory] | None, strawberry.argument(description="Only these; absent, null and []: all.")
    ] = None,
    creatable_only: Annotated[
        bool, strawberry.argument(description="Only those that the viewer may open a tracker of.")
    ] = False,
    include_archived: Annotated[bool, strawberry.argument(description="Also those that are archived.")] = False,
) -> list[OfferedType]:
    """The tracker types of the organisation."""
    return await list_types(
        info.context.must_be_signed_in(),
        category=category,
        creatable_only=creatable_only,
        include_archived=include_archived,
    )


async def tracker_type(
    info: Info, key: Annotated[str, strawberry.argument(description="The type's key.")]
) -> OfferedType | None:
    """One tracker type by its key."""
    return await type_by_key(info.context.must_be_signed_in(), key)
