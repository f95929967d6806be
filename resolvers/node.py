"""Any object by its global id (Relay's refetching)."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

import strawberry
from tortoise import Model

from models import Comment, Learner, LearningAim, Notification, Organisation, Tracker, TrackerEvent
from schema.context import Info
from schema.relay import reference_of
from services.kernel.global_ids import NodeReference

_ROWS: Mapping[str, type[Model]] = MappingProxyType(
    {
        model.__name__: model
        for model in (Comment, Learner, LearningAim, Notification, Organisation, Tracker, TrackerEvent)
    }
)
_NEIGHBOURS = frozenset({"Member", "Employer", "Programme"})


async def node(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")]) -> Any:  # noqa: A002
    """Any object by its id."""
    return await _node(info, reference_of(id, "id"))


async def nodes(
    info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids.")]
) -> list[Any]:
    """Many objects by their ids, in their order; null for what is not there or not to be seen."""
    references = [reference_of(text, "ids", str(place)) for place, text in enumerate(ids)]
    info.context.require_viewer()
    return await asyncio.gather(*(_node(info, reference) for reference in references))


async def _node(info: Info, reference: NodeReference) -> Any:
    name = reference.type_name
    info.context.require_viewer()
    if name in _ROWS:
        return await info.context.loaders.rows(_ROWS[name]).load(reference.id)
    if name in _NEIGHBOURS:
        found = await info.context.loaders.neighbours.load(reference.id)
        return found if type(found).__name__ == name else None
    if name == "File":
        return await info.context.loaders.files.load(reference.id)
    if name == "TrackerType":
        return await info.context.loaders.types.load(reference.id)
    if name == "ProcessAutomation":
        return await info.context.loaders.automations.load(reference.id)
    return None
