"""Asking for members."""

from typing import Annotated

import strawberry

from models import Member
from schema.arguments import After, Before, First, Last, Search
from schema.context import Info
from schema.node import ConnectionOf, connection_of
from schema.selection import asks_for_total
from services.members import page_of_members
from services.pages import PageRequest


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
    found = await page_of_members(
        info.context.must_be_signed_in(),
        PageRequest(first, after, last, before),
        search=search,
        assignable_only=assignable_only,
        count=asks_for_total(info),
    )
    return connection_of(found, Member)
