"""Asking for learners."""

from typing import Annotated, Any

import strawberry

from models import Learner
from schema.context import Info
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.relay import ConnectionOf, connection_of, reference_of
from schema.selection import asks_for_total
from services.paging.pages import PageRequest
from services.records.learners import page_of_learners


async def learner(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Their id.")]) -> Any:  # noqa: A002
    """One learner by their id."""
    reference = reference_of(id, "id")
    info.context.require_viewer()
    return await info.context.loaders.rows(Learner).load(reference.id) if reference.type_name == "Learner" else None


async def learners(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf:
    """The learners that the viewer sees, by family name."""
    found = await page_of_learners(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        search=search,
        count=asks_for_total(info),
    )
    return connection_of(found, Learner)
