"""Relay's ``node`` and ``nodes`` queries, which fetch objects by global id."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

import strawberry
from tortoise import Model

from models import (
    AuditEntry,
    Comment,
    Employer,
    Factor,
    Learner,
    LearnerRead,
    LearningAim,
    Member,
    Notification,
    Organisation,
    Programme,
    Tracker,
    TrackerEvent,
)
from resolvers.learner import learner_by_id
from schema.context import Info
from schema.inputs.ids import parse_argument_id
from schema.reading.selection import selected_row
from services.kernel.global_ids import NodeReference
from services.learner_reads import learner_reads

_MODELS: Mapping[str, type[Model]] = MappingProxyType(
    {"AuditEvent": AuditEntry}
    | {
        model.__name__: model
        for model in (Comment, Factor, LearnerRead, Notification, Organisation, Tracker, TrackerEvent)
    }
)
_REFERENCED: Mapping[str, type[Model]] = MappingProxyType(
    {model.__name__: model for model in (Member, Employer, Programme)}
)


async def node(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")]) -> Any:  # noqa: A002
    """Return an object by global id, or None if it does not exist or is not visible to the viewer."""
    return await _node(info, parse_argument_id(id, "id"))


async def nodes(
    info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids.")]
) -> list[Any]:
    """Return the objects with the given global ids, in the same order; None for each that is missing or not visible."""
    references = [parse_argument_id(text, "ids", str(index)) for index, text in enumerate(ids)]
    info.context.require_viewer()
    return await asyncio.gather(*(_node(info, reference) for reference in references))


async def _node(info: Info, reference: NodeReference) -> Any:
    name = reference.type_name
    info.context.require_viewer()
    if name == Learner.__name__:
        return await learner_by_id(info, reference.id)
    if name == LearningAim.__name__:
        return await _learning_aim(info, reference.id)
    if name in _MODELS:
        return await info.context.loaders.rows(selected_row(info, _MODELS[name])).load(reference.id)
    if name in _REFERENCED:
        selections = tuple([selected_row(info, model) for model in _REFERENCED.values()])
        row = await info.context.loaders.references(selections).load(reference.id)
        return row if type(row).__name__ == name else None
    if name == "File":
        return await info.context.loaders.files.load(reference.id)
    if name == "TrackerType":
        return await info.context.loaders.tracker_types.load(reference.id)
    if name == "ProcessAutomation":
        return await info.context.loaders.automation_settings.load(reference.id)
    return None


async def _learning_aim(info: Info, aim_id: UUID) -> Any:
    """Return a learning aim, which is a part of its learner's record, and note that the viewer reads it."""
    row = await info.context.loaders.rows(selected_row(info, LearningAim, also=("learner_id",))).load(aim_id)
    if row is not None:
        viewer = info.context.require_viewer()
        learner_reads.note(viewer.organisation_id, viewer.member_id, (row.learner_id,))
    return row
