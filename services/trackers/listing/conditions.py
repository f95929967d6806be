"""The conditions that a filter puts on trackers, and those on their status, type, members and learners."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from services.kernel.dates import today
from services.kernel.names import clean_name, name_key
from services.tracker_types.catalogue import is_possible_key
from services.trackers.listing.days import IsDue, IsNotOverdue, WasCreated, WasUpdated
from services.trackers.listing.filters import DayRange, TrackerFilter
from services.trackers.listing.learners import HasLearnerWith
from services.trackers.listing.scope import Branch, Condition, Ordered, Scope, unindexed

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class HasStatus(Ordered):
    """The tracker has one of these statuses."""

    statuses: Sequence[str]

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return unindexed(f"t.status = ANY({scope.bind(self.statuses)}::text[])")

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return a branch for each status, by the index on organisation, status and number."""
        return [
            Branch(f"{scope.own} AND t.status = v.status", f"unnest({scope.bind(self.statuses)}::text[]) v (status)")
        ]


@dataclass(frozen=True, slots=True)
class HasType(Ordered):
    """The tracker's type has one of these values in a column, ``key`` or ``category``."""

    column: str
    values: Sequence[str]

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return unindexed(f"t.type_id = ANY(ARRAY({self._types(scope)}))")

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return a branch for each type, by the index on organisation, type and number."""
        return [Branch(f"{scope.own} AND t.type_id = v.id", f"({self._types(scope)}) v")]

    def _types(self, scope: Scope) -> str:
        return (
            f"SELECT id FROM tracker_type WHERE {self.column} = ANY({scope.bind(self.values)}::text[]) "
            f"AND (organisation_id = {scope.bind(scope.viewer.organisation_id)} OR organisation_id IS NULL)"
        )


@dataclass(frozen=True, slots=True)
class HasMember(Ordered):
    """The tracker's assignee or creator is one of these members (any, if None), or is missing if that is wanted too."""

    column: str
    ids: Sequence[UUID] | None
    or_missing: bool = False

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        if self.ids is None:
            return unindexed(f"t.{self.column} IS NOT NULL")
        missing = f"t.{self.column} IS NULL OR " if self.or_missing else ""
        return unindexed(f"{missing}t.{self.column} = ANY({scope.bind(self.ids)}::uuid[])")

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return a branch for each member, by the index on the column and number, and one for the missing ones."""
        wanted = "" if self.ids is None else f" AND id = ANY({scope.bind(self.ids)}::uuid[])"
        members = (
            f"(SELECT id FROM member WHERE organisation_id = {scope.bind(scope.viewer.organisation_id)}{wanted}) v"
        )
        branches = [Branch(f"t.{self.column} = v.id", members)]
        if self.or_missing:
            branches.append(Branch(f"{scope.own} AND t.{self.column} IS NULL"))
        return branches


@dataclass(frozen=True, slots=True)
class HasLearner(Ordered):
    """The tracker is about one of these learners."""

    ids: Sequence[UUID]

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return unindexed(f"t.learner_id = ANY({scope.bind(self.ids)}::uuid[])")

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return a branch for each learner, by the index on learner and number."""
        own = f"organisation_id = {scope.bind(scope.viewer.organisation_id)}"
        return [
            Branch(
                "t.learner_id = v.id", f"(SELECT id FROM learner WHERE id = ANY({scope.bind(self.ids)}) AND {own}) v"
            )
        ]


def build_conditions(filter_by: TrackerFilter) -> list[Condition]:
    """Return the conditions of all fields except the search, the one that usually leaves the fewest trackers first."""
    return [*_conditions(filter_by)]


def _conditions(filter_by: TrackerFilter) -> Iterator[Condition]:
    yield from _conditions_on_learner(filter_by)
    if filter_by.overdue:
        yield IsDue(DayRange(last=today() - dt.timedelta(days=1)), is_open=True)
    if filter_by.due is not None:
        yield IsDue(filter_by.due)
    if filter_by.updated is not None:
        yield WasUpdated(filter_by.updated)
    if filter_by.created_by is not None:
        yield HasMember("created_by_id", _distinct(filter_by.created_by))
    if filter_by.assignee is not None or filter_by.unassigned is not None:
        ids = None if filter_by.assignee is None and not filter_by.unassigned else _distinct(filter_by.assignee or ())
        yield HasMember("assignee_id", ids, or_missing=bool(filter_by.unassigned))
    if filter_by.type is not None:
        yield HasType("key", [key for key in _distinct(filter_by.type) if is_possible_key(key)])
    if filter_by.category is not None:
        yield HasType("category", _distinct(filter_by.category))
    if filter_by.status is not None:
        yield HasStatus(_distinct(filter_by.status))
    if filter_by.created is not None:
        yield WasCreated(filter_by.created)
    if filter_by.overdue is False:
        yield IsNotOverdue()


def _conditions_on_learner(filter_by: TrackerFilter) -> Iterator[Condition]:
    if filter_by.learner is not None:
        yield HasLearner(_distinct(filter_by.learner))
    columns = {
        "tutor_id": filter_by.tutor,
        "employer_id": filter_by.employer,
        "programme_id": filter_by.programme,
        "sub_programme": None if filter_by.sub_programme is None else _names(filter_by.sub_programme),
        "programme_status": filter_by.programme_status,
    }
    wanted = [(column, _distinct(values)) for column, values in columns.items() if values is not None]
    if wanted or filter_by.group is not None:
        groups = (
            None if filter_by.group is None else [*{name_key(name): name for name in _names(filter_by.group)}.values()]
        )
        yield HasLearnerWith(wanted, groups)


def _distinct(values: Collection[_T]) -> list[_T]:
    return list(dict.fromkeys(values))


def _names(entries: Collection[str]) -> list[str]:
    """Return the names as they are kept, without invalid ones, which cannot match."""
    return [clean for entry in entries if (clean := clean_name(entry)) is not None]
