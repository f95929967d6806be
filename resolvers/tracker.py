"""Trackers: one, a page of them, opening one and changing one, each with its check."""

from typing import Annotated, Any

import strawberry

from models import Tracker
from resolvers.errors import input_errors
from schema.context import Info
from schema.inputs.arguments import After, Before, First, Last
from schema.inputs.tracker import CreateTrackerInput, CreateTrackerPayload, entry_of
from schema.inputs.tracker_filter import OrderBy, TrackerFilter
from schema.inputs.tracker_update import UpdateTrackerInput, UpdateTrackerPayload, update_of
from schema.relay import ConnectionOf, EdgeOf, reference_of
from schema.tracker_connection import page
from services.kernel.errors import Problem
from services.paging.keyset import encode_cursor
from services.paging.pages import PageRequest
from services.trackers import create, update
from services.trackers.listing.orders import NEWEST_FIRST

CreateInput = Annotated[CreateTrackerInput, strawberry.argument(name="input", description="The entry.")]
UpdateInput = Annotated[UpdateTrackerInput, strawberry.argument(name="input", description="The entry.")]


async def tracker(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]) -> Any:  # noqa: A002
    """One tracker by its id."""
    reference = reference_of(id, "id")
    info.context.require_viewer()
    return await info.context.loaders.rows(Tracker).load(reference.id) if reference.type_name == "Tracker" else None


async def list_trackers(
    info: Info,
    filter_by: Annotated[
        TrackerFilter | None, strawberry.argument(name="filter", description="Which trackers.")
    ] = None,
    order_by: OrderBy = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf:
    """The organisation's trackers, newest first unless ordered otherwise."""
    info.context.require_viewer()
    return await page(info, PageRequest(first, after, last, before), filter_by, order_by)


async def validate_tracker(info: Info, given: CreateInput) -> list[Problem]:
    """Check an entry without writing anything."""
    return input_errors(await create.validate_tracker(info.context.require_viewer(), entry_of(given)))


async def create_tracker(info: Info, given: CreateInput) -> CreateTrackerPayload:
    """Open a tracker."""
    made = await create.create_tracker(info.context.require_viewer(), entry_of(given))
    row: Any = await info.context.loaders.rows(Tracker).load(made)
    edge: Any = EdgeOf(row, encode_cursor(NEWEST_FIRST, [row.number]))
    return CreateTrackerPayload(tracker=row, tracker_edge=edge)


async def validate_tracker_update(info: Info, given: UpdateInput) -> list[Problem]:
    """Check an entry without writing anything."""
    return input_errors(await update.validate_update(info.context.require_viewer(), update_of(given)))


async def update_tracker(info: Info, given: UpdateInput) -> UpdateTrackerPayload:
    """Change a tracker."""
    viewer = info.context.require_viewer()
    changed = await update.update_tracker(viewer, update_of(given))
    row: Any = await info.context.loaders.rows(Tracker).load(changed)
    return UpdateTrackerPayload(tracker=row)
