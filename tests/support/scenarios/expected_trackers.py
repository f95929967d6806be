"""A reference implementation of tracker filters and orders in Python, for comparison with the API's answers."""

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models import Learner, Member, MemberKind, Tracker, TrackerStatus
from services.kernel.dates import local_date, today
from tests.support.clients.graphql import data, gid

Json = dict[str, Any]

PAGE = """
query ($filter: TrackerFilter, $orderBy: [TrackerOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  trackers(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage }
  }
}
"""


@dataclass(frozen=True)
class Case:
    """A tracker with its learner and the names of the learner's groups."""

    tracker: Tracker
    learner: Learner
    groups: frozenset[str]


async def cases() -> list[Case]:
    """Return a case for each tracker."""
    rows = await Tracker.all().prefetch_related("type", "assignee", "created_by", "learner__groups")
    return [Case(row, row.learner, frozenset(group.name for group in row.learner.groups)) for row in rows]


def is_visible_to(member: Member, case: Case) -> bool:
    involved = (case.tracker.assignee_id, case.tracker.created_by_id, case.learner.tutor_id)
    return member.kind == MemberKind.ADMINISTRATOR or member.id in involved


def fold(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char))


def _matches_search(case: Case, search: str) -> bool:
    name = fold(f"{case.learner.given_names} {case.learner.family_name}")
    return all(
        fold(word) in name
        or fold(word) in fold(case.tracker.description)
        or (case.learner.uln or "").startswith(word)
        or word.removeprefix("#") == str(case.tracker.number)
        for word in search.split()
    )


def _is_overdue(case: Case) -> bool:
    is_open = case.tracker.status in (TrackerStatus.NEW, TrackerStatus.APPROVED)
    return is_open and case.tracker.due_date is not None and case.tracker.due_date < today()


def _is_within(day: dt.date | None, range_: Json) -> bool:
    first, last = range_.get("from"), range_.get("to")
    if first is None and last is None:
        return True
    return day is not None and (first is None or day.isoformat() >= first) and (last is None or day.isoformat() <= last)


def _id(type_name: str, row_id: Any) -> str | None:
    return None if row_id is None else gid(type(type_name, (), {"id": row_id})())


_FIELDS: Mapping[str, Callable[[Case], Any]] = {
    "type": lambda case: case.tracker.type.key,
    "category": lambda case: case.tracker.type.category.value,
    "status": lambda case: case.tracker.status.value,
    "createdById": lambda case: _id("Member", case.tracker.created_by_id),
    "learnerId": lambda case: _id("Learner", case.tracker.learner_id),
    "tutorId": lambda case: _id("Member", case.learner.tutor_id),
    "employerId": lambda case: _id("Employer", case.learner.employer_id),
    "programmeId": lambda case: _id("Programme", case.learner.programme_id),
    "subProgramme": lambda case: case.learner.sub_programme,
    "programmeStatus": lambda case: case.learner.programme_status.value,
}
_DATES: Mapping[str, Callable[[Case], dt.date | None]] = {
    "created": lambda case: local_date(case.tracker.created_at),
    "updated": lambda case: local_date(case.tracker.updated_at),
    "due": lambda case: case.tracker.due_date,
}


def matches(case: Case, filter_: Json) -> bool:
    """Return whether a tracker matches a ``TrackerFilter``."""
    assignee = _id("Member", case.tracker.assignee_id)
    ids, unassigned = filter_.get("assigneeId"), filter_.get("unassigned")
    if ids:
        matches_assignee = assignee in ids or (unassigned is True and assignee is None)
    else:
        matches_assignee = unassigned in (None, assignee is None)
    return (
        matches_assignee
        and all(read(case) in filter_[name] for name, read in _FIELDS.items() if filter_.get(name))
        and all(_is_within(read(case), filter_[name]) for name, read in _DATES.items() if filter_.get(name))
        and (not filter_.get("group") or bool(case.groups & set(filter_["group"])))
        and filter_.get("overdue") in (None, _is_overdue(case))
        and _matches_search(case, filter_.get("search") or "")
    )


def _name_key(name: str | None) -> tuple[str, str] | None:
    return None if name is None else (fold(name), name)


_ORDERS: Mapping[str, Callable[[Case], Any]] = {
    "CREATED_AT": lambda case: case.tracker.number,
    "NUMBER": lambda case: case.tracker.number,
    "UPDATED_AT": lambda case: case.tracker.updated_at,
    "DUE_DATE": lambda case: case.tracker.due_date,
    "STATUS": lambda case: list(TrackerStatus).index(case.tracker.status),
    "TYPE": lambda case: _name_key(case.tracker.type.name),
    "LEARNER": lambda case: _name_key(f"{case.learner.given_names} {case.learner.family_name}"),
    "ASSIGNEE": lambda case: _name_key(case.tracker.assignee.name if case.tracker.assignee else None),
    "CREATED_BY": lambda case: _name_key(case.tracker.created_by.name if case.tracker.created_by else None),
}


def ordered_numbers(trackers: list[Case], order_by: list[Json]) -> list[int]:
    """Return the numbers of trackers in an order, using stable sorts from the last term to the first."""
    is_descending = order_by[-1].get("direction") == "DESC" if order_by else True
    rows = sorted(trackers, key=lambda case: case.tracker.number, reverse=is_descending)
    for term in reversed(order_by):
        read = _ORDERS[term["field"]]
        present = [case for case in rows if read(case) is not None]
        missing = [case for case in rows if read(case) is None]
        rows = [*sorted(present, key=read, reverse=term.get("direction") == "DESC"), *missing]
    return [case.tracker.number for case in rows]


async def read_all_pages(member: Member, size: int, *, backwards: bool, **variables: Any) -> tuple[list[int], int]:
    """Read all pages of a list, checking each PageInfo, and return the numbers of the trackers and the total count."""
    size_argument, cursor_argument = ("last", "before") if backwards else ("first", "after")
    has_more, has_earlier = ("hasPreviousPage", "hasNextPage") if backwards else ("hasNextPage", "hasPreviousPage")
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        page = (await data(member, PAGE, **variables, **{size_argument: size, cursor_argument: cursor}))["trackers"]
        edges = page["edges"]
        page_numbers = [edge["node"]["number"] for edge in edges]
        numbers = [*page_numbers, *numbers] if backwards else [*numbers, *page_numbers]
        assert page["pageInfo"][has_earlier] is (cursor is not None)
        if not page["pageInfo"][has_more]:
            return numbers, page["totalCount"]
        assert len(edges) == size
        cursor = edges[0 if backwards else -1]["cursor"]
