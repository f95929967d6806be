"""The conditions that a filter puts on trackers, each beside the indexes that serve it.

In SQL, ``t`` is a tracker and ``r`` its learner. A *branch* is a set of trackers that one index stores in the order of
their numbers, for each row of a source. A condition whose branches may be too many to merge has a *sample*: it is found
by its branches if the sample has at most ``MAX_SAMPLE`` rows, and otherwise checked along the list.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from services.kernel.dates import today
from services.kernel.names import clean_name, name_key
from services.kernel.sql import StatementBuilder
from services.tracker_types.catalogue import is_possible_key
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.filters import DayRange, TrackerFilter
from services.viewer import Viewer

_T = TypeVar("_T")

MAX_SAMPLE = 2_000

_QUOTED = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
OPEN = f"t.status IN ({_QUOTED})"


@dataclass(frozen=True, slots=True)
class Scope:
    """The organisation whose trackers are listed, and the statement of which the list is a part."""

    viewer: Viewer
    statement: StatementBuilder

    def bind(self, value: object) -> str:
        """Bind a value of the statement and return its placeholder."""
        return self.statement.bind(value)

    @property
    def organisation(self) -> str:
        """Return the SQL of the organisation's id.

        It is a subquery so that the planner does not know the value, and plans for an average organisation: the
        statistics may not know this one yet.
        """
        return f"(SELECT {self.bind(self.viewer.organisation_id)}::uuid)"

    def fill(self, template: str) -> str:
        """Return SQL with the organisation's id in place of ``{}``."""
        return template.format(self.organisation) if "{}" in template else template

    @property
    def own(self) -> str:
        """Return the SQL condition that a tracker belongs to the organisation."""
        return f"t.organisation_id = {self.organisation}"


@dataclass(frozen=True, slots=True)
class Branch:
    """Trackers in the order of their numbers: the condition that an index serves, for each row ``v`` of a source."""

    condition: str
    source: str = ""
    is_block: bool = False
    """Whether the source is a series of numbered blocks, to be read one after the other until a page is full."""


class Condition(Protocol):
    """A condition on trackers."""

    @property
    def is_sampled(self) -> bool:
        """Return whether there is a sample."""

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL, in a form that no index serves, so that another condition's index is used."""

    def branches(self, scope: Scope, sample: str) -> list[Branch]:
        """Return disjoint branches of all trackers that meet the condition; ``sample`` is the name of the sample."""

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the sample, without its LIMIT."""


class Ordered:
    """The base of the conditions whose branches are always few."""

    __slots__ = ()
    is_sampled = False

    def sample(self, _scope: Scope) -> str:
        """Raise NotImplementedError: there is no sample."""
        raise NotImplementedError


class Sampled:
    """The base of the conditions whose branches may be many."""

    __slots__ = ()
    is_sampled = True


@dataclass(frozen=True, slots=True)
class HasStatus(Ordered):
    """The tracker has one of these statuses."""

    statuses: Sequence[str]

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return f"(t.status = ANY({scope.bind(self.statuses)}::text[])) IS TRUE"

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
        return f"(t.type_id = ANY(ARRAY({self._types(scope)}))) IS TRUE"

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
            return f"(t.{self.column} IS NOT NULL) IS TRUE"
        missing = f"t.{self.column} IS NULL OR " if self.or_missing else ""
        return f"({missing}t.{self.column} = ANY({scope.bind(self.ids)}::uuid[])) IS TRUE"

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
        return f"(t.learner_id = ANY({scope.bind(self.ids)}::uuid[])) IS TRUE"

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return a branch for each learner, by the index on learner and number."""
        own = f"organisation_id = {scope.bind(scope.viewer.organisation_id)}"
        return [
            Branch(
                "t.learner_id = v.id", f"(SELECT id FROM learner WHERE id = ANY({scope.bind(self.ids)}) AND {own}) v"
            )
        ]


def of_learner(condition: str) -> str:
    """Return the SQL condition that a tracker's learner ``r`` meets a condition.

    Unlike EXISTS, which the planner may replace by a hash of all learners of all organisations, this is always looked up
    for one tracker.
    """
    return f"(SELECT {condition} FROM learner r WHERE r.id = t.learner_id) IS TRUE"


REFERENCES = {"tutor_id": "member", "employer_id": "employer", "programme_id": "programme"}
"""The columns of a learner with an id, and the tables of the ids."""


@dataclass(frozen=True, slots=True)
class HasLearnerWith(Sampled):
    """The tracker's learner has one of these values in each of these columns, and is in one of these groups."""

    columns: Sequence[tuple[str, Sequence[object]]]
    groups: Sequence[str] | None

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        matches = [f"r.{column} = ANY({scope.bind(values)})" for column, values in self.columns]
        if self.groups is not None:
            matches.append(
                f"EXISTS (SELECT FROM learner_in_group i WHERE i.learner_id = r.id AND {self._in_groups(scope)})"
            )
        return of_learner(" AND ".join(matches))

    def branches(self, _scope: Scope, sample: str) -> list[Branch]:
        """Return a branch for each learner, by the index on learner and number."""
        return [Branch("t.learner_id = v.id", f"{sample} v")]

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the learners, by the index of the first column or of the groups."""
        if not self.columns:
            return f"SELECT DISTINCT i.learner_id AS id FROM learner_in_group i WHERE {self._in_groups(scope)}"
        (column, values), *others = self.columns
        matches = [f"(r.{other} = ANY({scope.bind(wanted)})) IS TRUE" for other, wanted in others]
        if self.groups is not None:
            of_groups = f"SELECT i.learner_id FROM learner_in_group i WHERE {self._in_groups(scope)}"
            matches.append(f"(r.id = ANY(ARRAY({of_groups}))) IS TRUE")
        return f"SELECT r.id FROM learner r WHERE {' AND '.join([self._leads(scope, column, values), *matches])}"

    def _leads(self, scope: Scope, column: str, values: Sequence[object]) -> str:
        """Return the condition on a column that an index serves, which has the learners' ids too."""
        if column not in REFERENCES:
            return f"r.organisation_id = {scope.organisation} AND r.{column} = ANY({scope.bind(values)})"
        own = f"organisation_id = {scope.bind(scope.viewer.organisation_id)} AND id = ANY({scope.bind(values)}::uuid[])"
        return f"r.{column} = ANY(ARRAY(SELECT id FROM {REFERENCES[column]} WHERE {own}))"

    def _in_groups(self, scope: Scope) -> str:
        names = f"ARRAY(SELECT name_key(name) FROM unnest({scope.bind(self.groups)}::text[]) AS wanted (name))"
        own = f"organisation_id = {scope.bind(scope.viewer.organisation_id)}"
        return f"i.group_id = ANY(ARRAY(SELECT id FROM learner_group WHERE name_key(name) = ANY({names}) AND {own}))"


@dataclass(frozen=True, slots=True)
class WasCreated(Ordered):
    """The tracker was created on one of these days: a range of numbers, which grow with the time of creation."""

    days: DayRange

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL, which every branch's index serves."""
        start, end = map(scope.bind, self.days.datetime_bounds)
        numbers = f"SELECT number FROM tracker WHERE organisation_id = {scope.organisation} AND created_at"
        first = f"({numbers} >= {start} ORDER BY created_at, number LIMIT 1)"
        last = f"({numbers} < {end} ORDER BY created_at DESC, number DESC LIMIT 1)"
        return f"t.number >= {first} AND t.number <= {last}"

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return one branch, by the index on organisation and number."""
        return [Branch(f"{scope.own} AND {self.predicate(scope)}")]


@dataclass(frozen=True, slots=True)
class WasUpdated(Sampled):
    """The tracker was last updated on one of these days."""

    days: DayRange

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return f"({self._range(scope)}) IS TRUE"

    def branches(self, scope: Scope, sample: str) -> list[Branch]:
        """Return a branch for each tracker of the sample."""
        return [Branch(f"{scope.own} AND t.number = v.number", f"{sample} v")]

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the numbers, by the index on organisation, time and number."""
        return f"SELECT t.number FROM tracker t WHERE {scope.own} AND {self._range(scope)}"

    def _range(self, scope: Scope) -> str:
        start, end = map(scope.bind, self.days.datetime_bounds)
        return f"t.updated_at >= {start} AND t.updated_at < {end}"


@dataclass(frozen=True, slots=True)
class IsDue(Sampled):
    """The tracker is due on one of these days; with ``is_open``, it is open too."""

    days: DayRange
    is_open: bool = False

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return f"({self._range(scope)}) IS TRUE"

    def branches(self, scope: Scope, sample: str) -> list[Branch]:
        """Return a branch for each tracker of the sample."""
        return [Branch(f"{scope.own} AND t.number = v.number", f"{sample} v")]

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the numbers, by the index on organisation, due date and number, which has the status too."""
        return f"SELECT t.number FROM tracker t WHERE {scope.own} AND {self._range(scope)}"

    def _range(self, scope: Scope) -> str:
        is_open = f" AND {OPEN}" if self.is_open else ""
        return f"t.due_order >= {scope.bind(self.days.start)} AND t.due_order <= {scope.bind(self.days.end)}{is_open}"


@dataclass(frozen=True, slots=True)
class IsNotOverdue(Ordered):
    """The tracker is closed or not yet due. Most trackers are, so it is checked along the list."""

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return f"(NOT ({OPEN}) OR t.due_order >= {scope.bind(today())}) IS TRUE"

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return one branch, by the index on organisation and number."""
        return [Branch(f"{scope.own} AND {self.predicate(scope)}")]


def build_conditions(filter_by: TrackerFilter) -> list[Condition]:
    """Return the conditions of all fields except the search, the one that usually leaves the fewest trackers first."""
    return [*_conditions(filter_by)]


def _conditions(filter_by: TrackerFilter) -> Iterator[Condition]:
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


def _distinct(values: Collection[_T]) -> list[_T]:
    return list(dict.fromkeys(values))


def _names(entries: Collection[str]) -> list[str]:
    """Return the names as they are kept, without invalid ones, which cannot match."""
    return [clean for entry in entries if (clean := clean_name(entry)) is not None]
