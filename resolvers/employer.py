"""Asking for employers."""

from typing import Annotated

import strawberry

from models import Employer
from schema.arguments import After, Before, First, Last, Search
from schema.context import Info
from schema.node import ConnectionOf, connection_of
from schema.selection import asks_for_total
from services.employers import page_of_employers
from services.pages import PageRequest


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
    found = await page_of_employers(
        info.context.must_be_signed_in(),
        PageRequest(first, after, last, before),
        search=search,
        confirmed_only=confirmed_only,
        count=asks_for_total(info),
    )
    return connection_of(found, Employer)
