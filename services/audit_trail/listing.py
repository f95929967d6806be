"""Pages of audit events and of reads of learners' records, newest first, for members with MANAGE_SETTINGS."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import AuditEntry, AuditKind, LearnerRead, Role
from services.kernel.sql import StatementBuilder
from services.paging.by_name import list_query
from services.paging.keyset import Key, Order
from services.paging.pages import Page, PageRequest, fetch_page
from services.row_selection import RowSelection
from services.viewer import Viewer
from services.visibility import visibility_condition

EVENTS_NEWEST_FIRST = Order(
    "audit events", (Key("r.at", datetime, descending=True), Key("r.id", UUID, descending=True))
)
READS_NEWEST_FIRST = Order(
    "learner reads", (Key("r.at", datetime, descending=True), Key("r.id", UUID, descending=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which events to list. None restricts nothing, and days are those of Europe/London, both ends included."""

    members: Sequence[UUID] | None = None
    """The members who acted."""
    kinds: Sequence[AuditKind] | None = None
    objects: Sequence[UUID] | None = None
    """The rows that were changed."""
    first_day: dt.date | None = None
    last_day: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFilter:
    """Which reads to list. None restricts nothing."""

    members: Sequence[UUID] | None = None
    learners: Sequence[UUID] | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None


async def page_of_audit_events(
    viewer: Viewer, request: PageRequest, selection: RowSelection[AuditEntry], *, filter_by: AuditFilter, count: bool
) -> Page:
    """Return a page of the organisation's audit events, newest first. Raises ForbiddenError and BadRequestError."""
    viewer.require_role(Role.MANAGE_SETTINGS)
    statement = StatementBuilder()
    where = [
        visibility_condition(AuditEntry, "r", viewer, statement),
        _is_among("r.actor_id", filter_by.members, "uuid", statement),
        _is_among("r.kind", filter_by.kinds, "text", statement),
        _is_among("r.subject_id", filter_by.objects, "uuid", statement),
        *event_days(filter_by.first_day, filter_by.last_day, statement),
    ]
    return await fetch_page(request, list_query(viewer, selection, EVENTS_NEWEST_FIRST, where, statement), count=count)


async def page_of_learner_reads(
    viewer: Viewer, request: PageRequest, selection: RowSelection[LearnerRead], *, filter_by: ReadFilter, count: bool
) -> Page:
    """Return a page of who read which learner's record, newest first. Raises ForbiddenError and BadRequestError."""
    viewer.require_role(Role.MANAGE_SETTINGS)
    statement = StatementBuilder()
    where = [
        visibility_condition(LearnerRead, "r", viewer, statement),
        _is_among("r.member_id", filter_by.members, "uuid", statement),
        _is_among("r.learner_id", filter_by.learners, "uuid", statement),
    ]
    for operator, day in ((">=", filter_by.first_day), ("<=", filter_by.last_day)):
        if day is not None:
            where.append(f"r.day {operator} {statement.bind(day)}")
    return await fetch_page(request, list_query(viewer, selection, READS_NEWEST_FIRST, where, statement), count=count)


def event_days(first: dt.date | None, last: dt.date | None, statement: StatementBuilder) -> list[str]:
    """Return the SQL conditions that an event ``r`` was on these days, as ranges of the index by time."""
    conditions = []
    if first is not None:
        conditions.append(f"r.at >= {statement.bind(first)}::date::timestamp AT TIME ZONE 'Europe/London'")
    if last is not None:
        conditions.append(f"r.at < ({statement.bind(last)}::date + 1)::timestamp AT TIME ZONE 'Europe/London'")
    return conditions


def _is_among(column: str, values: Sequence[object] | None, element_type: str, statement: StatementBuilder) -> str:
    if values is None:
        return "true"
    if len(values) == 1:  # so that the rows come from the index in their order
        return f"{column} = {statement.bind(values[0])}::{element_type}"
    return f"{column} = ANY({statement.bind(list(values))}::{element_type}[])"
