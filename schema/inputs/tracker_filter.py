"""The filter and order inputs of tracker lists."""

import datetime as dt
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from schema.enums import OrderDirection, ProgrammeStatus, TrackerCategory, TrackerOrderField, TrackerStatus
from schema.inputs.ids import parse_argument_id
from services.kernel.errors import BadRequestError
from services.paging.by_name import search_words
from services.trackers.listing import filters
from services.trackers.listing.filters import DayRange
from services.trackers.listing.orders import OrderTerm

_T = TypeVar("_T")


@strawberry.input(description="Days in Europe/London, both ends included; an end that is left out is open.")
class DateRange:
    """Input for a range of dates."""

    from_: dt.date | None = strawberry.field(default=None, name="from", description="The first day.")
    to: dt.date | None = strawberry.field(default=None, description="The last day.")


@strawberry.input(
    description="Which trackers: fields are and-ed, entries of a list or-ed; absent, null and [] restrict nothing."
)
class TrackerFilter:
    """Input for a filter of trackers."""

    search: str | None = strawberry.field(
        default=None,
        description="At most ten words, of 200 characters in all. Each is part of the learner's name or of the description, in "
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

    def decode(self) -> filters.TrackerFilter:
        """Convert the input to the service's filter; raise ``BadRequestError`` for an invalid id, range or search."""
        return filters.TrackerFilter(
            search=tuple(dict.fromkeys(search_words(self.search, "filter"))),
            type=_tuple_or_none(self.type),
            category=_tuple_or_none(self.category),
            status=_tuple_or_none(self.status),
            assignee=decode_ids(self.assignee_id, "Member", "assigneeId"),
            unassigned=self.unassigned,
            created_by=decode_ids(self.created_by_id, "Member", "createdById"),
            learner=decode_ids(self.learner_id, "Learner", "learnerId"),
            tutor=decode_ids(self.tutor_id, "Member", "tutorId"),
            employer=decode_ids(self.employer_id, "Employer", "employerId"),
            group=_tuple_or_none(self.group),
            programme=decode_ids(self.programme_id, "Programme", "programmeId"),
            sub_programme=_tuple_or_none(self.sub_programme),
            programme_status=_tuple_or_none(self.programme_status),
            created=decode_range(self.created, "created"),
            updated=decode_range(self.updated, "updated"),
            due=decode_range(self.due, "due"),
            overdue=self.overdue,
        )


@strawberry.input(
    description="One of the things that a list is ordered by. What is not there (nobody, no day) is last both ways; ties go "
    "by id, in the direction of the last field."
)
class TrackerOrder:
    """Input for one sort key of a list."""

    field: TrackerOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Smallest, earliest and first in the alphabet first, or last."
    )

    def decode(self) -> OrderTerm:
        """Convert the input to an ``OrderTerm``."""
        return OrderTerm(self.field, self.direction is OrderDirection.DESC)


OrderBy = Annotated[
    list[TrackerOrder] | None,
    strawberry.argument(
        description="In which order, the weightiest first; newest first if absent. A field comes once."
    ),
]


def _tuple_or_none(entries: list[_T] | None) -> tuple[_T, ...] | None:
    return tuple(entries) if entries else None


def decode_ids(entries: list[strawberry.ID] | None, type_name: str | None, argument: str) -> tuple[UUID, ...] | None:
    """Decode the global ids of a filter; with ``type_name``, ids of other types are dropped.

    A filter with only such ids matches nothing.
    """
    if not entries:
        return None
    references = [parse_argument_id(text, "filter", argument, str(index)) for index, text in enumerate(entries)]
    return tuple(reference.id for reference in references if type_name in (None, reference.type_name))


def decode_range(range_: DateRange | None, argument: str) -> DayRange | None:
    """Decode a range of days of a filter; None if it is open at both ends."""
    if range_ is None or (range_.from_ is None and range_.to is None):
        return None
    if range_.from_ and range_.to and range_.from_ > range_.to:
        raise BadRequestError("The range ends before it begins.", "filter", argument)
    return DayRange(range_.from_, range_.to)
