"""The query for programmes."""

from models import Programme
from schema.context import Info
from schema.declaration.relay import ConnectionData, connection_of_rows
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.reading.selection import CONNECTION, selected_row, selects_total_count
from services.paging.pages import PageRequest
from services.records.programmes import page_of_programmes


async def programmes(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionData:
    """Return a page of the organisation's programmes, sorted by name."""
    selection = selected_row(info, Programme, CONNECTION)
    page = await page_of_programmes(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        selection,
        search=search,
        count=selects_total_count(info),
    )
    return connection_of_rows(page, selection)
