"""Which trackers a list has: each field of a filter as a condition on the listing, and as branches that indexes hold in order."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from models import ProgrammeStatus, TrackerCategory, TrackerStatus
from services.kernel.dates import today
from services.kernel.sql import StatementBuilder
from services.kernel.text import clean_text
from services.tracker_types.catalogue import may_be_key
from services.trackers.listing.day_blocks import Days, blocks
from services.trackers.listing.orders import NOBODY
from services.viewer import Viewer

_STATUSES, _CATEGORIES = list(TrackerStatus), list(TrackerCategory)
_TYPE = "SELECT id FROM tracker_type WHERE key = {} AND (organisation_id = {} OR organisation_id IS NULL)"
_GROUP = "SELECT id FROM learner_group WHERE name = {} AND organisation_id = {}"
_OPEN = "l.status <= 2"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFilter:
    """Which trackers: fields are and-ed, entries of a list or-ed; None restricts nothing, an empty list of ids all."""

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
    created: Days | None = None
    updated: Days | None = None
    due: Days | None = None
    overdue: bool | None = None


ALL = TrackerFilter()


@dataclass(frozen=True, slots=True)
class IndexBranch:
    """A part of the listing that one index holds by number: the condition on its rows, and the table that has them."""

    condition: str
    rows: str = "tracker_listing l"


@dataclass(frozen=True, slots=True)
class Condition:
    """One field of a filter. Both sides bind their values when they are asked for: only what is used is bound."""

    condition: Callable[[], str]
    branches: Callable[[], list[IndexBranch]]
    size: int = 1
    """How many values were given."""
    alone: bool = False
    """Whether the branches know nothing of other conditions."""


def facets(filter_by: TrackerFilter, viewer: Viewer, statement: StatementBuilder) -> list[Condition]:
    """All fields but the search, those first that mostly leave the fewest trackers."""
    return [*_Fields(filter_by, viewer, statement).facets()]


class _Fields:
    def __init__(self, filter_by: TrackerFilter, viewer: Viewer, statement: StatementBuilder) -> None:
        self.filter_by, self.viewer, self.bind = filter_by, viewer, statement.bind

    def facets(self) -> Iterator[Condition]:
        asked = self.filter_by
        yield from self._pointing("l.learner_id", asked.learner)
        if asked.group is not None:
            yield self._groups(_texts(asked.group))
        yield from self._pointing("l.employer_id", asked.employer)
        yield from self._among("l.sub_programme", None if asked.sub_programme is None else _texts(asked.sub_programme))
        yield from self._pointing("l.created_by_id", asked.created_by)
        yield from self._assigned()
        yield from self._pointing("l.tutor_id", asked.tutor)
        yield from self._pointing("l.programme_id", asked.programme)
        if asked.type is not None:
            yield self._types([key for key in asked.type if may_be_key(key)])
        yield from self._among("l.status", _places(_STATUSES, asked.status))
        yield from self._among("l.category", _places(_CATEGORIES, asked.category))
        yield from self._among("l.programme_status", asked.programme_status)
        if asked.created is not None:
            yield self._created(asked.created)
        if asked.due is not None:
            yield self._due(asked.due)
        if asked.updated is not None:
            yield self._updated(asked.updated)
        if asked.overdue is not None:
            yield self._overdue() if asked.overdue else self._not_overdue()

    def _pointing(self, column: str, ids: Collection[UUID] | None, *others: UUID) -> Iterator[Condition]:
        """Rows that point to one of ``ids``, of which nobody's names no row, or to one of ``others``."""
        return self._among(column, None if ids is None else [*(one for one in ids if one != NOBODY), *others])

    def _among(self, column: str, values: Collection[object] | None) -> Iterator[Condition]:
        if values is not None:
            once = list(dict.fromkeys(values))
            yield Condition(
                lambda: f"{column} = ANY({self.bind(once)})",
                lambda: [IndexBranch(f"{column} = {self.bind(one)}") for one in once],
                len(once),
            )

    def _assigned(self) -> Iterator[Condition]:
        """``assignee`` and ``unassigned`` together mean either; ``unassigned`` false alone means those with an assignee."""
        asked = self.filter_by
        if asked.assignee is None and asked.unassigned is False:
            given = f"l.assignee_id <> '{NOBODY}'"
            yield Condition(lambda: given, lambda: [IndexBranch(given)])
        elif asked.assignee is not None or asked.unassigned:
            yield from self._pointing("l.assignee_id", asked.assignee or (), *([NOBODY] if asked.unassigned else []))

    def _types(self, keys: list[str]) -> Condition:
        organisation = self.viewer.organisation_id

        def one(key: str) -> IndexBranch:
            found = _TYPE.format(self.bind(key), self.bind(organisation))
            return IndexBranch(f"l.type_id = ({found} ORDER BY organisation_id LIMIT 1)")

        return Condition(
            lambda: f"l.type_id IN ({_TYPE.format(f'ANY({self.bind(keys)})', self.bind(organisation))})",
            lambda: [one(key) for key in dict.fromkeys(keys)],
            len(keys),
        )

    def _groups(self, names: list[str]) -> Condition:
        organisation = self.viewer.organisation_id

        def condition() -> str:
            wanted = _GROUP.format(f"ANY({self.bind(names)})", self.bind(organisation))
            return f"EXISTS (SELECT FROM learner_in_group i WHERE i.learner_id = l.learner_id AND i.group_id IN ({wanted}))"

        def one(name: str) -> IndexBranch:
            found = _GROUP.format(self.bind(name), self.bind(organisation))
            return IndexBranch(f"l.group_id = ({found})", "tracker_in_group l")

        return Condition(condition, lambda: [one(name) for name in dict.fromkeys(names)], len(names), alone=True)

    def _created(self, days: Days) -> Condition:
        """Numbers grow with the time of opening, so a range of days is a range of numbers."""

        def condition() -> str:
            mine = f"SELECT number FROM tracker WHERE organisation_id = {self.bind(self.viewer.organisation_id)} AND created_at"
            start, end = map(self.bind, days.moments)
            first = f"({mine} >= {start} ORDER BY created_at, number LIMIT 1)"
            last = f"({mine} < {end} ORDER BY created_at DESC, number DESC LIMIT 1)"
            return f"l.number >= {first} AND l.number <= {last}"

        return Condition(condition, lambda: [IndexBranch(condition())])

    def _updated(self, days: Days) -> Condition:
        def within() -> str:
            start, end = map(self.bind, days.moments)
            return f"l.updated_at >= {start} AND l.updated_at < {end}"

        return Condition(within, lambda: self._blocks("l.updated_day", days, within))

    def _due(self, days: Days) -> Condition:
        return Condition(lambda: self._due_within(days), lambda: self._due_blocks(days))

    def _overdue(self) -> Condition:
        days = Days(last=today() - dt.timedelta(days=1))
        return Condition(lambda: f"{_OPEN} AND {self._due_within(days)}", lambda: self._due_blocks(days, _OPEN))

    def _not_overdue(self) -> Condition:
        days = Days(first=today())
        done = [IndexBranch(f"l.status = {place}") for place in range(3, len(_STATUSES) + 1)]
        undated = IndexBranch(f"{_OPEN} AND l.due_day = -1")
        return Condition(
            lambda: f"(l.status > 2 OR l.due_date IS NULL OR {self._due_within(days)})",
            lambda: [*done, undated, *self._due_blocks(days, _OPEN)],
        )

    def _due_within(self, days: Days) -> str:
        return f"l.due_date >= {self.bind(days.start)} AND l.due_date <= {self.bind(days.end)}"

    def _due_blocks(self, days: Days, beside: str = "true") -> list[IndexBranch]:
        return self._blocks("l.due_day", days, lambda: self._due_within(days), beside)

    def _blocks(self, day: str, days: Days, within: Callable[[], str], beside: str = "true") -> list[IndexBranch]:
        """Branches for the blocks. Only those at the ends of what is counted may hold other days.

        Elsewhere the range is not asked again: the planner would take it for a second condition, expect hardly a row, and
        rather sort all branches than merge them.
        """
        return [
            IndexBranch(
                f"{f'({day} >> {block.shift})' if block.shift else day} = {self.bind(block.place)} AND {beside} "
                f"AND {within() if block.is_at_an_end else 'true'}"
            )
            for block in blocks(days)
        ]


def _places(values: list[TrackerStatus] | list[TrackerCategory], asked: Collection[object] | None) -> list[int] | None:
    """The places of enum values in their enum, from 1, as the listing has them."""
    return None if asked is None else [place for place, value in enumerate(values, 1) if value in asked]


def _texts(entries: Collection[str]) -> list[str]:
    """Entries as texts are kept; what is no text matches nothing."""
    return [clean for entry in entries if (clean := clean_text(entry)) is not None]
