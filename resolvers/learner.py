"""The queries for learners."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from models import Learner
from schema.context import Info
from schema.declaration.relay import ConnectionData, connection_of_rows
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.inputs.ids import parse_argument_id
from schema.reading.selection import CONNECTION, selected_row, selects_total_count
from services.learner_reads import learner_reads
from services.paging.pages import PageRequest
from services.records.learners import page_of_learners


async def learner(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Their id.")]) -> Any:  # noqa: A002
    """Return a learner by id, or None if the learner does not exist or is not visible to the viewer."""
    reference = parse_argument_id(id, "id")
    info.context.require_viewer()
    return await learner_by_id(info, reference.id) if reference.type_name == "Learner" else None


async def learner_by_id(info: Info, learner_id: UUID) -> Any:
    """Return a learner, and note that the viewer reads their record, whatever is selected of it; None as above."""
    row = await info.context.loaders.rows(selected_row(info, Learner)).load(learner_id)
    if row is not None:
        viewer = info.context.require_viewer()
        learner_reads.note(viewer.organisation_id, viewer.member_id, (learner_id,))
    return row


async def learners(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionData:
    """Return a page of the learners that are visible to the viewer, sorted by family name."""
    selection = selected_row(info, Learner, CONNECTION)
    page = await page_of_learners(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        selection,
        search=search,
        count=selects_total_count(info),
    )
    return connection_of_rows(page, selection)
