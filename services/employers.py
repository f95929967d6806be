"""Employers: for whom learners work."""

from models import Employer
from services.paging.by_name import page_by_name
from services.paging.pages import Page, PageRequest
from services.viewer import Viewer


async def page_of_employers(
    viewer: Viewer, request: PageRequest, *, search: str | None, confirmed_only: bool, count: bool
) -> Page:
    """Employers by name."""
    condition = "r.confirmed" if confirmed_only else "true"
    return await page_by_name(Employer, viewer, request, search=search, condition=condition, count=count)
