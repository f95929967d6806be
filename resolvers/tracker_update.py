"""Changing trackers."""

from typing import Annotated, Any

import strawberry

from models import Tracker
from schema.context import Info
from schema.inputs.tracker_update import UpdateTrackerInput, UpdateTrackerPayload, update_of
from services.kernel.errors import Problem
from services.trackers import update

Input = Annotated[UpdateTrackerInput, strawberry.argument(name="input", description="The entry.")]


async def validate_tracker_update(info: Info, given: Input) -> list[Problem]:
    """Check an entry without writing anything."""
    return list(await update.validate_update(info.context.must_be_signed_in(), update_of(given)))


async def update_tracker(info: Info, given: Input) -> UpdateTrackerPayload:
    """Change a tracker."""
    viewer = info.context.must_be_signed_in()
    changed = await update.update_tracker(viewer, update_of(given))
    row: Any = await info.context.loaders.rows(Tracker).load(changed)
    return UpdateTrackerPayload(tracker=row)
