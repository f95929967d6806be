"""Filters of trackers, and their translation to SQL conditions and index branches."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import ProgrammeStatus, TrackerCategory, TrackerStatus
from services.kernel.dates import today
from services.kernel.names import clean_name, name_key
from services.kernel.sql import StatementBuilder
from services.tracker_types.catalogue import is_possible_key
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.day_blocks import DayRange, split_into_blocks
from services.trackers.listing.orders import CATEGORY_ORDER, MISSING_ID, STATUS_ORDER
from services.viewer import Viewer

_TYPE_IDS = "SELECT id FROM tracker_type WHERE key = {} AND (organisation_id = {} OR organisation_id IS NULL)"
_GROUP_IDS = "SELECT id FROM learner_group WHERE name_key(name) = {} AND organisation_id = {}"
_IS_OPEN = f"l.status <= {len(OPEN_STATUSES)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFilter:
    """A filter of trackers. A tracker matches if it has one of the values of every field.

    A field of None matches every tracker, an empty collection matches none.
    """

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


NO_FILTER = TrackerFilter()


@dataclass(frozen=True, slots=True)
class IndexBranch:
    """Part of the listing that one index stores in order of number: the condition on its rows, and the FROM clause."""

    condition: str
    rows: str = "tracker_listing l"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field of a filter, as a SQL condition and as equivalent branches.

    Both are callables, so that only the one in use binds parameters.
    """

    condition: Callable[[], str]
    branches: Callable[[], list[IndexBranch]]
    size: int = 1
    """The number of values of the field."""
    exclusive: bool = False
    """Whether the branches cannot be combined with conditions on other fields."""


def build_conditions(filter_by: TrackerFilter, viewer: Viewer, statement: StatementBuilder) -> list[Condition]:
    """Return the conditions of all fields except the search, the most selective first."""
    return [*_ConditionBuilder(filter_by, viewer, statement).conditions()]


class _ConditionBuilder:
    """A builder of the conditions for the fields of a filter."""

    def __init__(self, filter_by: TrackerFilter, viewer: Viewer, statement: StatementBuilder) -> None:
        self.filter_by, self.viewer, self.bind = filter_by, viewer, statement.bind

    def conditions(self) -> Iterator[Condition]:
        filter_by = self.filter_by
        yield from self._reference_condition("l.learner_id", filter_by.learner)
        if filter_by.group is not None:
            yield self._group_condition(_texts(filter_by.group))
        yield from self._reference_condition("l.employer_id", filter_by.employer)
        yield from self._membership_condition(
            "l.sub_programme", None if filter_by.sub_programme is None else _texts(filter_by.sub_programme)
        )
        yield from self._reference_condition("l.created_by_id", filter_by.created_by)
        yield from self._assignee_condition()
        yield from self._reference_condition("l.tutor_id", filter_by.tutor)
        yield from self._reference_condition("l.programme_id", filter_by.programme)
        if filter_by.type is not None:
            yield self._type_condition([key for key in filter_by.type if is_possible_key(key)])
        yield from self._membership_condition("l.status", _positions(STATUS_ORDER, filter_by.status))
        yield from self._membership_condition("l.category", _positions(CATEGORY_ORDER, filter_by.category))
        yield from self._membership_condition("l.programme_status", filter_by.programme_status)
        if filter_by.created is not None:
            yield self._created_condition(filter_by.created)
        if filter_by.due is not None:
            yield self._due_condition(filter_by.due)
        if filter_by.updated is not None:
            yield self._updated_condition(filter_by.updated)
        if filter_by.overdue is not None:
            yield self._overdue_condition() if filter_by.overdue else self._not_overdue_condition()

    def _reference_condition(self, column: str, ids: Collection[UUID] | None, *extra_ids: UUID) -> Iterator[Condition]:
        """Yield the condition that a column is one of ``ids``, ignoring MISSING_ID, or one of ``extra_ids``."""
        return self._membership_condition(
            column, None if ids is None else [*(row_id for row_id in ids if row_id != MISSING_ID), *extra_ids]
        )

    def _membership_condition(self, column: str, values: Collection[object] | None) -> Iterator[Condition]:
        if values is not None:
            distinct = list(dict.fromkeys(values))
            yield Condition(
                lambda: f"{column} = ANY({self.bind(distinct)})",
                lambda: [IndexBranch(f"{column} = {self.bind(value)}") for value in distinct],
                len(distinct),
            )

    def _assignee_condition(self) -> Iterator[Condition]:
        """Yield the condition of ``assignee`` and ``unassigned``. If only ``unassigned`` is false, any assignee matches."""
        filter_by = self.filter_by
        if filter_by.assignee is None and filter_by.unassigned is False:
            assigned = f"l.assignee_id <> '{MISSING_ID}'"
            yield Condition(lambda: assigned, lambda: [IndexBranch(assigned)])
        elif filter_by.assignee is not None or filter_by.unassigned:
            yield from self._reference_condition(
                "l.assignee_id", filter_by.assignee or (), *([MISSING_ID] if filter_by.unassigned else [])
            )

    def _type_condition(self, keys: list[str]) -> Condition:
        organisation = self.viewer.organisation_id

        def branch(key: str) -> IndexBranch:
            type_id = _TYPE_IDS.format(self.bind(key), self.bind(organisation))
            return IndexBranch(f"l.type_id = ({type_id} ORDER BY organisation_id LIMIT 1)")

        return Condition(
            lambda: f"l.type_id IN ({_TYPE_IDS.format(f'ANY({self.bind(keys)})', self.bind(organisation))})",
            lambda: [branch(key) for key in dict.fromkeys(keys)],
            len(keys),
        )

    def _group_condition(self, names: list[str]) -> Condition:
        organisation = self.viewer.organisation_id
        distinct = list({name_key(name): name for name in names}.values())

        def condition() -> str:
            keys = f"ANY (ARRAY(SELECT name_key(name) FROM unnest({self.bind(distinct)}::text[]) AS wanted (name)))"
            ids = _GROUP_IDS.format(keys, self.bind(organisation))
            return (
                f"EXISTS (SELECT FROM learner_in_group i WHERE i.learner_id = l.learner_id AND i.group_id IN ({ids}))"
            )

        def branch(name: str) -> IndexBranch:
            group_id = _GROUP_IDS.format(f"name_key({self.bind(name)})", self.bind(organisation))
            return IndexBranch(f"l.group_id = ({group_id})", "tracker_in_group l")

        return Condition(condition, lambda: [branch(name) for name in distinct], len(distinct), exclusive=True)

    def _created_condition(self, days: DayRange) -> Condition:
        """Return the condition on the creation date as a range of numbers, which increase with the time of creation."""

        def condition() -> str:
            numbers = f"SELECT number FROM tracker WHERE organisation_id = {self.bind(self.viewer.organisation_id)} AND created_at"
            start, end = map(self.bind, days.datetime_bounds)
            first = f"({numbers} >= {start} ORDER BY created_at, number LIMIT 1)"
            last = f"({numbers} < {end} ORDER BY created_at DESC, number DESC LIMIT 1)"
            return f"l.number >= {first} AND l.number <= {last}"

        return Condition(condition, lambda: [IndexBranch(condition())])

    def _updated_condition(self, days: DayRange) -> Condition:
        def range_condition() -> str:
            start, end = map(self.bind, days.datetime_bounds)
            return f"l.updated_at >= {start} AND l.updated_at < {end}"

        return Condition(range_condition, lambda: self._block_branches("l.updated_day", days, range_condition))

    def _due_condition(self, days: DayRange) -> Condition:
        return Condition(lambda: self._due_range(days), lambda: self._due_branches(days))

    def _overdue_condition(self) -> Condition:
        days = DayRange(last=today() - dt.timedelta(days=1))
        return Condition(lambda: f"{_IS_OPEN} AND {self._due_range(days)}", lambda: self._due_branches(days, _IS_OPEN))

    def _not_overdue_condition(self) -> Condition:
        days = DayRange(first=today())
        closed_statuses = range(len(OPEN_STATUSES) + 1, len(STATUS_ORDER) + 1)
        closed_branches = [IndexBranch(f"l.status = {position}") for position in closed_statuses]
        undated = IndexBranch(f"{_IS_OPEN} AND l.due_day = -1")
        return Condition(
            lambda: f"(l.status > {len(OPEN_STATUSES)} OR l.due_date IS NULL OR {self._due_range(days)})",
            lambda: [*closed_branches, undated, *self._due_branches(days, _IS_OPEN)],
        )

    def _due_range(self, days: DayRange) -> str:
        return f"l.due_date >= {self.bind(days.start)} AND l.due_date <= {self.bind(days.end)}"

    def _due_branches(self, days: DayRange, extra_condition: str = "true") -> list[IndexBranch]:
        return self._block_branches("l.due_day", days, lambda: self._due_range(days), extra_condition)

    def _block_branches(
        self, day: str, days: DayRange, range_condition: Callable[[], str], extra_condition: str = "true"
    ) -> list[IndexBranch]:
        """Return a branch for each block of a date range.

        Only the boundary blocks can contain days outside the range, so only these repeat the range condition. Otherwise
        the planner would treat it as an independent condition, underestimate the rows and sort the branches instead of
        merging them.
        """
        return [
            IndexBranch(
                f"{f'({day} >> {block.shift})' if block.shift else day} = {self.bind(block.value)} AND {extra_condition} "
                f"AND {range_condition() if block.is_boundary else 'true'}"
            )
            for block in split_into_blocks(days)
        ]


def _positions(order: Sequence[object], values: Collection[object] | None) -> list[int] | None:
    """Return the 1-based positions of enum values in an order, as stored in the listing."""
    return None if values is None else [position for position, value in enumerate(order, 1) if value in values]


def _texts(entries: Collection[str]) -> list[str]:
    """Return the texts normalised as in the database, without invalid ones, which cannot match."""
    return [clean for entry in entries if (clean := clean_name(entry)) is not None]
