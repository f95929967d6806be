"""Asking for learners, members, employers and programmes."""

from typing import Annotated, Any

import strawberry
from tortoise import Model

from models import Employer, Learner, Member, Programme
from models.rows import row
from schema.arguments import After, Before, First, Last, Search
from schema.context import Info
from schema.node import ConnectionOf, connection, reference_of
from schema.selection import names_below
from services import lists
from services.pages import Page, PageRequest


async def learner(info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Their id.")]) -> Any:  # noqa: A002
    """One learner by their id."""
    reference = reference_of(id, "id")
    info.context.must_be_signed_in()
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
    found = await lists.page_of_learners(
        info.context.must_be_signed_in(), PageRequest(first, after, last, before), search=search, count=_counted(info)
    )
    return _connection(found, Learner)


async def members(
    info: Info,
    search: Search = None,
    assignable_only: Annotated[
        bool, strawberry.argument(description="Only those that the viewer may give a tracker to.")
    ] = False,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf:
    """The organisation's members, by name."""
    found = await lists.page_of_members(
        info.context.must_be_signed_in(),
        PageRequest(first, after, last, before),
        search=search,
        assignable_only=assignable_only,
        count=_counted(info),
    )
    return _connection(found, Member)


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
    found = await lists.page_of_employers(
        info.context.must_be_signed_in(),
        PageRequest(first, after, last, before),
        search=search,
        confirmed_only=confirmed_only,
        count=_counted(info),
    )
    return _connection(found, Employer)


async def programmes(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf:
    """The organisation's programmes, by name."""
    found = await lists.page_of_programmes(
        info.context.must_be_signed_in(), PageRequest(first, after, last, before), search=search, count=_counted(info)
    )
    return _connection(found, Programme)


def _counted(info: Info) -> bool:
    return "totalCount" in names_below(info)


def _connection(found: Page, model: type[Model]) -> ConnectionOf:
    return connection(found, [row(model, "r", record) for record in found.records])
