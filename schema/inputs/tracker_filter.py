"""Which trackers a list has, and in which order."""

import datetime as dt
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from schema.enums import OrderDirection, ProgrammeStatus, TrackerCategory, TrackerOrderField, TrackerStatus
from schema.relay import reference_of
from services.kernel.errors import BadRequestError
from services.paging.by_name import search_words
from services.trackers.listing import filters
from services.trackers.listing.day_blocks import Days
from services.trackers.listing.orders import OrderTerm

_T = TypeVar("_T")


@strawberry.input(description="Days in Europe/London, both ends included; an end that is left out is open.")
class DateRange:
    """A range of days."""

    from_: dt.date | None = strawberry.field(default=None, name="from", description="The first day.")
    to: dt.date | None = strawberry.field(default=None, description="The last day.")


@strawberry.input(
    description="Which trackers: fields are and-ed, entries of a list or-ed; absent, null and [] restrict nothing."
)
class TrackerFilter:
    """The filter's input."""

    search: str | None = strawberry.field(
        default=None,
        description="Words of at most 200 characters in all. Each is part of the learner's name or of the description, in "
        "any case and without accents, or starts the ULN, or is the number.",
    )
    type: list[str] | None = strawberry.field(default=None, description="Keys of tracker types.")
    category: list[TrackerCategory] | None = strawberry.field(default=None, description="Categories of their types.")
    status: list[TrackerStatus] | None = strawberry.field(default=None, description="Where they stand.")
    assignee_id: list[strawberry.ID] | None = strawberry.field(
        default=None, description="To whom they are given; with `unassigned`: either."
    )
    unassigned: bool | None = strawberry.field(
        default=None, description="True: given to nobody; false: given to somebody."
    )
    created_by_id: list[strawberry.ID] | None = strawberry.field(default=None, description="Who opened them.")
    learner_id: list[strawberry.ID] | None = strawberry.field(default=None, description="About whom they are.")
    tutor_id: list[strawberry.ID] | None = strawberry.field(default=None, description="Who teaches the learner.")
    employer_id: list[strawberry.ID] | None = strawberry.field(default=None, description="For whom the learner works.")
    group: list[str] | None = strawberry.field(default=None, description="Groups that the learner is filed under.")
    programme_id: list[strawberry.ID] | None = strawberry.field(default=None, description="What the learner is on.")
    sub_programme: list[str] | None = strawberry.field(default=None, description="The part of the programme.")
    programme_status: list[ProgrammeStatus] | None = strawberry.field(
        default=None, description="Where the learner stands in the programme."
    )
    created: DateRange | None = strawberry.field(default=None, description="When they were opened.")
    updated: DateRange | None = strawberry.field(default=None, description="When they last changed.")
    due: DateRange | None = strawberry.field(default=None, description="When they are due; none has no such day.")
    overdue: bool | None = strawberry.field(
        default=None, description="True: due before today, and NEW or APPROVED; false: all others."
    )


@strawberry.input(
    description="One of the things that a list is ordered by. What is not there (nobody, no day) is last both ways; ties go "
    "by id, in the direction of the last field."
)
class TrackerOrder:
    """An order's input."""

    field: TrackerOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Smallest, earliest and first in the alphabet first, or last."
    )


OrderBy = Annotated[
    list[TrackerOrder] | None,
    strawberry.argument(
        description="In which order, the weightiest first; newest first if absent. A field comes once."
    ),
]


def rule_of(filter_by: TrackerFilter | None) -> filters.TrackerFilter:
    """The filter as the lists take it; raises BadRequestError for what is no id, no range or no search."""
    if filter_by is None:
        return filters.ALL
    return filters.TrackerFilter(
        search=tuple(dict.fromkeys(search_words(filter_by.search, "filter"))),
        type=_entries(filter_by.type),
        category=_entries(filter_by.category),
        status=_entries(filter_by.status),
        assignee=_ids(filter_by.assignee_id, "Member", "assigneeId"),
        unassigned=filter_by.unassigned,
        created_by=_ids(filter_by.created_by_id, "Member", "createdById"),
        learner=_ids(filter_by.learner_id, "Learner", "learnerId"),
        tutor=_ids(filter_by.tutor_id, "Member", "tutorId"),
        employer=_ids(filter_by.employer_id, "Employer", "employerId"),
        group=_entries(filter_by.group),
        programme=_ids(filter_by.programme_id, "Programme", "programmeId"),
        sub_programme=_entries(filter_by.sub_programme),
        programme_status=_entries(filter_by.programme_status),
        created=_days(filter_by.created, "created"),
        updated=_days(filter_by.updated, "updated"),
        due=_days(filter_by.due, "due"),
        overdue=filter_by.overdue,
    )


def terms_of(order_by: list[TrackerOrder] | None) -> tuple[OrderTerm, ...]:
    """The order as the lists take it."""
    return tuple(OrderTerm(one.field, one.direction is OrderDirection.DESC) for one in order_by or ())


def _entries(entries: list[_T] | None) -> tuple[_T, ...] | None:
    return tuple(entries) if entries else None


def _ids(entries: list[strawberry.ID] | None, type_name: str, argument: str) -> tuple[UUID, ...] | None:
    """The rows that ids name; one of another type matches nothing, but still restricts."""
    if not entries:
        return None
    named = [reference_of(text, "filter", argument, str(place)) for place, text in enumerate(entries)]
    return tuple(reference.id for reference in named if reference.type_name == type_name)


def _days(range_: DateRange | None, argument: str) -> Days | None:
    if range_ is None or (range_.from_ is None and range_.to is None):
        return None
    if range_.from_ and range_.to and range_.from_ > range_.to:
        raise BadRequestError("The range ends before it begins.", "filter", argument)
    return Days(range_.from_, range_.to)
