"""Listing programmes."""

from models import Programme
from services.paging.by_name import page_by_name
from services.paging.pages import Page, PageRequest
from services.viewer import Viewer


async def page_of_programmes(viewer: Viewer, request: PageRequest, *, search: str | None, count: bool) -> Page:
    """Fetch a page of programmes, ordered by name, whose names contain every word of ``search``."""
    return await page_by_name(Programme, viewer, request, search=search, condition="true", count=count)
