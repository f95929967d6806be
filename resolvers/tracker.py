"""The queries and mutations for trackers."""

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from models import Tracker
from resolvers.errors import input_errors
from schema.context import Info
from schema.declaration.relay import ConnectionData
from schema.field_value import referenced_columns
from schema.inputs.arguments import After, Before, First, Last
from schema.inputs.ids import parse_argument_id
from schema.inputs.tracker import CreateTrackerInput, CreateTrackerPayload
from schema.inputs.tracker_filter import OrderBy, TrackerFilter
from schema.inputs.tracker_update import UpdateTrackerInput, UpdateTrackerPayload
from schema.reading.loaders import TrackerKey
from schema.reading.selection import selected_row
from schema.tracker_connection import selected_history, tracker_connection
from services.kernel.errors import Problem
from services.paging.keyset import encode_cursor
from services.paging.pages import PageRequest
from services.trackers import create, update
from services.trackers.listing.orders import NEWEST_FIRST

CreateInput = Annotated[CreateTrackerInput, strawberry.argument(name="input", description="The entry.")]
UpdateInput = Annotated[UpdateTrackerInput, strawberry.argument(name="input", description="The entry.")]


async def tracker(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]) -> Any:  # noqa: A002
    """Return a tracker by id, or None if it does not exist or is not visible to the viewer."""
    reference = parse_argument_id(id, "id")
    info.context.require_viewer()
    if reference.type_name != "Tracker":
        return None
    key = TrackerKey(
        reference.id, selected_row(info, Tracker), referenced_columns(), selected_history(reference.id, info)
    )
    return await info.context.loaders.tracker(key)


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
) -> ConnectionData:
    """Return a page of the trackers that are visible to the viewer, newest first by default."""
    info.context.require_viewer()
    return await tracker_connection(info, PageRequest(first, after, last, before), filter_by, order_by)


async def validate_tracker(info: Info, entry: CreateInput) -> list[Problem]:
    """Return the validation errors of a ``createTracker`` input, without creating a tracker."""
    return input_errors(await create.validate_tracker(info.context.require_viewer(), entry.decode()))


async def create_tracker(info: Info, entry: CreateInput) -> CreateTrackerPayload:
    """Create a tracker."""
    selection = selected_row(info, Tracker, (("tracker",), ("trackerEdge", "node")), also=("number",))
    row: Any = await create.create_tracker(info.context.require_viewer(), entry.decode(), selection)
    edge: Any = _CreatedEdge(row)
    return CreateTrackerPayload(tracker=row, tracker_edge=edge)


@dataclass(frozen=True, slots=True)
class _CreatedEdge:
    """The edge of a new tracker. Its cursor is made only if the client asks for it."""

    node: Any

    @property
    def cursor(self) -> str:
        return encode_cursor(NEWEST_FIRST, [self.node.number])


async def validate_tracker_update(info: Info, entry: UpdateInput) -> list[Problem]:
    """Return the validation errors of an ``updateTracker`` input, without updating the tracker."""
    return input_errors(await update.validate_update(info.context.require_viewer(), entry.decode()))


async def update_tracker(info: Info, entry: UpdateInput) -> UpdateTrackerPayload:
    """Update a tracker."""
    viewer = info.context.require_viewer()
    tracker_id = await update.update_tracker(viewer, entry.decode())
    row: Any = await info.context.loaders.rows(selected_row(info, Tracker, (("tracker",),))).load(tracker_id)
    return UpdateTrackerPayload(tracker=row)
