"""The queries and mutations for employers."""

from typing import Annotated, Any

import strawberry

import services.records.employers as service
from models import Employer
from schema.context import Info
from schema.declaration.relay import ConnectionData, connection_of_rows
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.inputs.employer import (
    CreateEmployerInput,
    CreateEmployerPayload,
    UpdateEmployerInput,
    UpdateEmployerPayload,
)
from schema.reading.selection import CONNECTION, selected_row, selects_total_count
from services.paging.pages import PageRequest


async def employers(
    info: Info,
    search: Search = None,
    confirmed_only: Annotated[bool, strawberry.argument(description="Only confirmed ones.")] = False,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionData:
    """Return a page of the organisation's employers, sorted by name."""
    selection = selected_row(info, Employer, CONNECTION)
    page = await service.page_of_employers(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        selection,
        search=search,
        confirmed_only=confirmed_only,
        count=selects_total_count(info),
    )
    return connection_of_rows(page, selection)


async def create_employer(
    info: Info, entry: Annotated[CreateEmployerInput, strawberry.argument(name="input", description="The entry.")]
) -> CreateEmployerPayload:
    """Create an employer."""
    viewer = info.context.require_viewer()
    employer: Any = await service.create_employer(viewer, name=entry.name, confirmed=entry.confirmed)
    return CreateEmployerPayload(employer=employer)


async def update_employer(
    info: Info, entry: Annotated[UpdateEmployerInput, strawberry.argument(name="input", description="The entry.")]
) -> UpdateEmployerPayload:
    """Update an employer."""
    employer: Any = await service.update_employer(info.context.require_viewer(), entry.decode())
    return UpdateEmployerPayload(employer=employer)
