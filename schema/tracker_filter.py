"""Which trackers a list has."""

from typing import TypeVar
from uuid import UUID

import strawberry

from schema.enums import TrackerCategory, TrackerStatus
from schema.node import reference_of
from services import tracker_lists

_T = TypeVar("_T")


@strawberry.input(
    description="Which trackers: fields are and-ed, entries of a list or-ed; absent, null and [] restrict nothing."
)
class TrackerFilter:
    """The filter's input."""

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


def rule_of(filter_by: TrackerFilter | None) -> tracker_lists.TrackerFilter:
    """The filter as the lists take it; raises BadRequest for what is no id."""
    if filter_by is None:
        return tracker_lists.TrackerFilter()
    return tracker_lists.TrackerFilter(
        type=_entries(filter_by.type),
        category=_entries(filter_by.category),
        status=_entries(filter_by.status),
        assignee=_ids(filter_by.assignee_id, "Member", "assigneeId"),
        unassigned=filter_by.unassigned,
        created_by=_ids(filter_by.created_by_id, "Member", "createdById"),
        learner=_ids(filter_by.learner_id, "Learner", "learnerId"),
    )


def _entries(entries: list[_T] | None) -> tuple[_T, ...] | None:
    return tuple(entries) if entries else None


def _ids(entries: list[strawberry.ID] | None, type_name: str, argument: str) -> tuple[UUID, ...] | None:
    """The rows that ids name; one of another type matches nothing, but still restricts."""
    if not entries:
        return None
    named = [reference_of(text, "filter", argument, str(place)) for place, text in enumerate(entries)]
    return tuple(reference.id for reference in named if reference.type_name == type_name)
