"""Asking for employers, adding and changing them."""

from typing import Annotated, Any

import strawberry

import services.records.employers as service
from models import Employer
from schema.context import Info
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.inputs.employer import (
    CreateEmployerInput,
    CreateEmployerPayload,
    UpdateEmployerInput,
    UpdateEmployerPayload,
    update_of,
)
from schema.relay import ConnectionOf, connection_of
from schema.selection import asks_for_total
from services.paging.pages import PageRequest


async def employers(
    info: Info,
    search: Search = None,
    confirmed_only: Annotated[bool, strawberry.argument(description="Only confirmed ones.")] = False,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf:
    """The organisation's employers, by name."""
    found = await service.page_of_employers(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        search=search,
        confirmed_only=confirmed_only,
        count=asks_for_total(info),
    )
    return connection_of(found, Employer)


async def create_employer(
    info: Info, given: Annotated[CreateEmployerInput, strawberry.argument(name="input", description="The entry.")]
) -> CreateEmployerPayload:
    """Add an employer."""
    viewer = info.context.require_viewer()
    made: Any = await service.create_employer(viewer, name=given.name, confirmed=given.confirmed)
    return CreateEmployerPayload(employer=made)


async def update_employer(
    info: Info, given: Annotated[UpdateEmployerInput, strawberry.argument(name="input", description="The entry.")]
) -> UpdateEmployerPayload:
    """Change an employer."""
    changed: Any = await service.update_employer(info.context.require_viewer(), update_of(given))
    return UpdateEmployerPayload(employer=changed)
