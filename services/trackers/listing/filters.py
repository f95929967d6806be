"""Filters of trackers: each field as a condition on the listing, and as branches that an index has in order of number."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import ProgrammeStatus, TrackerCategory, TrackerStatus
from services.kernel.dates import today
from services.kernel.sql import StatementBuilder
from services.kernel.text import clean_text
from services.tracker_types.catalogue import is_possible_key
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.day_blocks import DayRange, split_into_blocks
from services.trackers.listing.orders import CATEGORY_ORDER, MISSING_ID, STATUS_ORDER
from services.viewer import Viewer

_TYPE = "SELECT id FROM tracker_type WHERE key = {} AND (organisation_id = {} OR organisation_id IS NULL)"
_GROUP = "SELECT id FROM learner_group WHERE name = {} AND organisation_id = {}"
_OPEN = f"l.status <= {len(OPEN_STATUSES)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFilter:
    """A filter: all fields must match, and one value of each list. None matches every tracker, an empty list none."""

    search: tuple[str, ...] = ()
    type: Collection[str] | None = None
    category: Collection[TrackerCategory] | None = None
    status: Collection[TrackerStatus] | None = None
    assignee: Collection[UUID] | None = None
    unassigned: bool | None = None
    created_by: Collection[UUID] | None = None
    learner: Collection[UUID] | None = None
    tutor: Collection[UUID] | None = None
    employer: Collection[UUID] | None = None
    group: Collection[str] | None = None
    programme: Collection[UUID] | None = None
    sub_programme: Collection[str] | None = None
    programme_status: Collection[ProgrammeStatus] | None = None
    created: DayRange | None = None
    updated: DayRange | None = None
    due: DayRange | None = None
    overdue: bool | None = None


ALL = TrackerFilter()


@dataclass(frozen=True, slots=True)
class IndexBranch:
    """A part of the listing that one index has by number: the condition on its rows, and the FROM clause."""

    condition: str
    rows: str = "tracker_listing l"


@dataclass(frozen=True, slots=True)
class Condition:
    """One field of a filter, as a condition and as branches. Either binds its values only when it is called."""

    condition: Callable[[], str]
    branches: Callable[[], list[IndexBranch]]
    size: int = 1
    """How many values the field has."""
    alone: bool = False
    """Whether the branches cannot be combined with other conditions."""


def conditions_of(filter_by: TrackerFilter, viewer: Viewer, statement: StatementBuilder) -> list[Condition]:
    """Return the conditions of all fields but the search, the most selective ones first."""
    return [*_Fields(filter_by, viewer, statement).conditions()]


class _Fields:
    def __init__(self, filter_by: TrackerFilter, viewer: Viewer, statement: StatementBuilder) -> None:
        self.filter_by, self.viewer, self.bind = filter_by, viewer, statement.bind

    def conditions(self) -> Iterator[Condition]:
        filter_by = self.filter_by
        yield from self._pointing("l.learner_id", filter_by.learner)
        if filter_by.group is not None:
            yield self._groups(_texts(filter_by.group))
        yield from self._pointing("l.employer_id", filter_by.employer)
        yield from self._among(
            "l.sub_programme", None if filter_by.sub_programme is None else _texts(filter_by.sub_programme)
        )
        yield from self._pointing("l.created_by_id", filter_by.created_by)
        yield from self._assigned()
        yield from self._pointing("l.tutor_id", filter_by.tutor)
        yield from self._pointing("l.programme_id", filter_by.programme)
        if filter_by.type is not None:
            yield self._types([key for key in filter_by.type if is_possible_key(key)])
        yield from self._among("l.status", _positions(STATUS_ORDER, filter_by.status))
        yield from self._among("l.category", _positions(CATEGORY_ORDER, filter_by.category))
        yield from self._among("l.programme_status", filter_by.programme_status)
        if filter_by.created is not None:
            yield self._created(filter_by.created)
        if filter_by.due is not None:
            yield self._due(filter_by.due)
        if filter_by.updated is not None:
            yield self._updated(filter_by.updated)
        if filter_by.overdue is not None:
            yield self._overdue() if filter_by.overdue else self._not_overdue()

    def _pointing(self, column: str, ids: Collection[UUID] | None, *others: UUID) -> Iterator[Condition]:
        """Yield the condition that a column is among ``ids``, of which NOBODY matches nothing, or among ``others``."""
        return self._among(
            column, None if ids is None else [*(row_id for row_id in ids if row_id != MISSING_ID), *others]
        )

    def _among(self, column: str, values: Collection[object] | None) -> Iterator[Condition]:
        if values is not None:
            once = list(dict.fromkeys(values))
            yield Condition(
                lambda: f"{column} = ANY({self.bind(once)})",
                lambda: [IndexBranch(f"{column} = {self.bind(value)}") for value in once],
                len(once),
            )

    def _assigned(self) -> Iterator[Condition]:
        """Yield the condition of ``assignee`` or ``unassigned``; ``unassigned`` false alone matches any assignee."""
        filter_by = self.filter_by
        if filter_by.assignee is None and filter_by.unassigned is False:
            assigned = f"l.assignee_id <> '{MISSING_ID}'"
            yield Condition(lambda: assigned, lambda: [IndexBranch(assigned)])
        elif filter_by.assignee is not None or filter_by.unassigned:
            yield from self._pointing(
                "l.assignee_id", filter_by.assignee or (), *([MISSING_ID] if filter_by.unassigned else [])
            )

    def _types(self, keys: list[str]) -> Condition:
        organisation = self.viewer.organisation_id

        def branch(key: str) -> IndexBranch:
            type_id = _TYPE.format(self.bind(key), self.bind(organisation))
            return IndexBranch(f"l.type_id = ({type_id} ORDER BY organisation_id LIMIT 1)")

        return Condition(
            lambda: f"l.type_id IN ({_TYPE.format(f'ANY({self.bind(keys)})', self.bind(organisation))})",
            lambda: [branch(key) for key in dict.fromkeys(keys)],
            len(keys),
        )

    def _groups(self, names: list[str]) -> Condition:
        organisation = self.viewer.organisation_id

        def condition() -> str:
            ids = _GROUP.format(f"ANY({self.bind(names)})", self.bind(organisation))
            return (
                f"EXISTS (SELECT FROM learner_in_group i WHERE i.learner_id = l.learner_id AND i.group_id IN ({ids}))"
            )

        def branch(name: str) -> IndexBranch:
            group_id = _GROUP.format(self.bind(name), self.bind(organisation))
            return IndexBranch(f"l.group_id = ({group_id})", "tracker_in_group l")

        return Condition(condition, lambda: [branch(name) for name in dict.fromkeys(names)], len(names), alone=True)

    def _created(self, days: DayRange) -> Condition:
        """Return the condition on a range of days as one on numbers, which grow with the time of creation."""

        def condition() -> str:
            mine = f"SELECT number FROM tracker WHERE organisation_id = {self.bind(self.viewer.organisation_id)} AND created_at"
            start, end = map(self.bind, days.day_bounds)
            first = f"({mine} >= {start} ORDER BY created_at, number LIMIT 1)"
            last = f"({mine} < {end} ORDER BY created_at DESC, number DESC LIMIT 1)"
            return f"l.number >= {first} AND l.number <= {last}"

        return Condition(condition, lambda: [IndexBranch(condition())])

    def _updated(self, days: DayRange) -> Condition:
        def within() -> str:
            start, end = map(self.bind, days.day_bounds)
            return f"l.updated_at >= {start} AND l.updated_at < {end}"

        return Condition(within, lambda: self._blocks("l.updated_day", days, within))

    def _due(self, days: DayRange) -> Condition:
        return Condition(lambda: self._due_within(days), lambda: self._due_blocks(days))

    def _overdue(self) -> Condition:
        days = DayRange(last=today() - dt.timedelta(days=1))
        return Condition(lambda: f"{_OPEN} AND {self._due_within(days)}", lambda: self._due_blocks(days, _OPEN))

    def _not_overdue(self) -> Condition:
        days = DayRange(first=today())
        closed = range(len(OPEN_STATUSES) + 1, len(STATUS_ORDER) + 1)
        done = [IndexBranch(f"l.status = {position}") for position in closed]
        undated = IndexBranch(f"{_OPEN} AND l.due_day = -1")
        return Condition(
            lambda: f"(l.status > {len(OPEN_STATUSES)} OR l.due_date IS NULL OR {self._due_within(days)})",
            lambda: [*done, undated, *self._due_blocks(days, _OPEN)],
        )

    def _due_within(self, days: DayRange) -> str:
        return f"l.due_date >= {self.bind(days.start)} AND l.due_date <= {self.bind(days.end)}"

    def _due_blocks(self, days: DayRange, beside: str = "true") -> list[IndexBranch]:
        return self._blocks("l.due_day", days, lambda: self._due_within(days), beside)

    def _blocks(self, day: str, days: DayRange, within: Callable[[], str], beside: str = "true") -> list[IndexBranch]:
        """Return a branch for each block. Only the first and the last block can have days outside the range.

        The others do not repeat the range: the planner would take it for a second condition, expect hardly a row, and
        sort all branches instead of merging them.
        """
        return [
            IndexBranch(
                f"{f'({day} >> {block.shift})' if block.shift else day} = {self.bind(block.value)} AND {beside} "
                f"AND {within() if block.is_boundary else 'true'}"
            )
            for block in split_into_blocks(days)
        ]


def _positions(order: Sequence[object], values: Collection[object] | None) -> list[int] | None:
    """Return the positions of enum values in an order, from 1, as the listing stores them."""
    return None if values is None else [position for position, value in enumerate(order, 1) if value in values]


def _texts(entries: Collection[str]) -> list[str]:
    """Return the entries as texts are stored, without those that are not valid text, which match nothing."""
    return [clean for entry in entries if (clean := clean_text(entry)) is not None]
