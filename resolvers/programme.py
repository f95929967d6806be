"""Asking for programmes."""

from models import Programme
from schema.context import Info
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.relay import ConnectionOf, connection_of
from schema.selection import asks_for_total
from services.paging.pages import PageRequest
from services.records.programmes import page_of_programmes


async def programmes(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf:
    """The organisation's programmes, by name."""
    found = await page_of_programmes(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        search=search,
        count=asks_for_total(info),
    )
    return connection_of(found, Programme)
