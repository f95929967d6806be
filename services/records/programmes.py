"""Listing programmes."""

from models import Programme
from services.paging.by_name import page_by_name
from services.paging.pages import Page, PageRequest
from services.row_selection import RowSelection
from services.viewer import Viewer


async def page_of_programmes(
    viewer: Viewer, request: PageRequest, selection: RowSelection[Programme], *, search: str | None, count: bool
) -> Page:
    """Fetch a page of programmes, ordered by name, whose names contain every word of ``search``."""
    return await page_by_name(viewer, request, selection, search=search, count=count)
