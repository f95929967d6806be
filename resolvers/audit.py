"""The queries for what is audited."""

from typing import Annotated

import strawberry

from models import AuditEntry, LearnerRead
from schema.context import Info
from schema.declaration.relay import ConnectionData, connection_of_rows
from schema.inputs.arguments import After, Before, First, Last
from schema.inputs.audit_filter import AuditFilter, LearnerReadFilter
from schema.reading.selection import CONNECTION, selected_row, selects_total_count
from services.audit_trail import listing
from services.paging.pages import PageRequest


async def audit_events(
    info: Info,
    filter_by: Annotated[AuditFilter | None, strawberry.argument(name="filter", description="Which events.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionData:
    """Return a page of the organisation's audit events, newest first."""
    selection = selected_row(info, AuditEntry, CONNECTION)
    page = await listing.page_of_audit_events(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        selection,
        filter_by=listing.AuditFilter() if filter_by is None else filter_by.decode(),
        count=selects_total_count(info),
    )
    return connection_of_rows(page, selection)


async def learner_reads(
    info: Info,
    filter_by: Annotated[
        LearnerReadFilter | None, strawberry.argument(name="filter", description="Which reads.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionData:
    """Return a page of who has read which learner's record, newest first."""
    selection = selected_row(info, LearnerRead, CONNECTION)
    page = await listing.page_of_learner_reads(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        selection,
        filter_by=listing.ReadFilter() if filter_by is None else filter_by.decode(),
        count=selects_total_count(info),
    )
    return connection_of_rows(page, selection)
