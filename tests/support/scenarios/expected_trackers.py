"""The expected answers of lists of trackers, computed in Python from the rows."""

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
    """A tracker with the rows that it refers to."""

    tracker: Tracker
    learner: Learner
    groups: frozenset[str]


async def cases() -> list[Case]:
    """Return all trackers."""
    rows = await Tracker.all().prefetch_related("type", "assignee", "created_by", "learner__groups")
    return [Case(row, row.learner, frozenset(group.name for group in row.learner.groups)) for row in rows]


def is_visible_to(member: Member, case: Case) -> bool:
    mine = (case.tracker.assignee_id, case.tracker.created_by_id, case.learner.tutor_id)
    return member.kind == MemberKind.ADMINISTRATOR or member.id in mine


def fold(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(one))


def _matches_search(case: Case, search: str) -> bool:
    name = fold(f"{case.learner.given_names} {case.learner.family_name}")
    return all(
        fold(word) in name
        or fold(word) in fold(case.tracker.description)
        or (case.learner.uln or "").startswith(word)
        or word == str(case.tracker.number)
        for word in search.split()
    )


def _is_overdue(case: Case) -> bool:
    open_ = case.tracker.status in (TrackerStatus.NEW, TrackerStatus.APPROVED)
    return open_ and case.tracker.due_date is not None and case.tracker.due_date < today()


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
_DAYS: Mapping[str, Callable[[Case], dt.date | None]] = {
    "created": lambda case: local_date(case.tracker.created_at),
    "updated": lambda case: local_date(case.tracker.updated_at),
    "due": lambda case: case.tracker.due_date,
}


def matches(case: Case, asked: Json) -> bool:
    """Return whether a tracker matches a filter."""
    assignee = _id("Member", case.tracker.assignee_id)
    named, nobody = asked.get("assigneeId"), asked.get("unassigned")
    given = (
        (assignee in named or (nobody is True and assignee is None)) if named else nobody in (None, assignee is None)
    )
    return (
        given
        and all(read(case) in asked[name] for name, read in _FIELDS.items() if asked.get(name))
        and all(_is_within(read(case), asked[name]) for name, read in _DAYS.items() if asked.get(name))
        and (not asked.get("group") or bool(case.groups & set(asked["group"])))
        and asked.get("overdue") in (None, _is_overdue(case))
        and _matches_search(case, asked.get("search") or "")
    )


def _person(name: str | None) -> tuple[str, str] | None:
    return None if name is None else (fold(name), name)


_ORDERS: Mapping[str, Callable[[Case], Any]] = {
    "CREATED_AT": lambda case: case.tracker.number,
    "NUMBER": lambda case: case.tracker.number,
    "UPDATED_AT": lambda case: case.tracker.updated_at,
    "DUE_DATE": lambda case: case.tracker.due_date,
    "STATUS": lambda case: list(TrackerStatus).index(case.tracker.status),
    "TYPE": lambda case: _person(case.tracker.type.name),
    "LEARNER": lambda case: _person(f"{case.learner.given_names} {case.learner.family_name}"),
    "ASSIGNEE": lambda case: _person(case.tracker.assignee.name if case.tracker.assignee else None),
    "CREATED_BY": lambda case: _person(case.tracker.created_by.name if case.tracker.created_by else None),
}


def ordered_numbers(found: list[Case], order_by: list[Json]) -> list[int]:
    """Return the numbers of trackers in an order, by stable sorts from the last term to the first."""
    down = order_by[-1].get("direction") == "DESC" if order_by else True
    rows = sorted(found, key=lambda case: case.tracker.number, reverse=down)
    for term in reversed(order_by):
        read = _ORDERS[term["field"]]
        there = [case for case in rows if read(case) is not None]
        missing = [case for case in rows if read(case) is None]
        rows = [*sorted(there, key=read, reverse=term.get("direction") == "DESC"), *missing]
    return [case.tracker.number for case in rows]


async def read_all_pages(member: Member, size: int, *, backwards: bool, **asked: Any) -> tuple[list[int], int]:
    """Read a whole list page by page, checking each PageInfo; return the numbers of the trackers and the total count."""
    count, at = ("last", "before") if backwards else ("first", "after")
    ahead, behind = ("hasPreviousPage", "hasNextPage") if backwards else ("hasNextPage", "hasPreviousPage")
    numbers: list[int] = []
    cursor: str | None = None
    while True:
        page = (await data(member, PAGE, **asked, **{count: size, at: cursor}))["trackers"]
        edges = page["edges"]
        here = [edge["node"]["number"] for edge in edges]
        numbers = [*here, *numbers] if backwards else [*numbers, *here]
        assert page["pageInfo"][behind] is (cursor is not None)
        if not page["pageInfo"][ahead]:
            return numbers, page["totalCount"]
        assert len(edges) == size
        cursor = edges[0 if backwards else -1]["cursor"]
