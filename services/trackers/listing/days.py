"""The conditions on the days when trackers were created or updated, or are due."""

from dataclasses import dataclass

from services.kernel.dates import today
from services.paging.keyset import Key, Window, bound_predicate
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.filters import DayRange
from services.trackers.listing.scope import Branch, Ordered, Sampled, Scope, unindexed

_QUOTED = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
OPEN = f"t.status IN ({_QUOTED})"


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


class _InRange(Sampled):
    """The base of the conditions that a range of an index meets."""

    __slots__ = ()

    def range(self, scope: Scope) -> str:
        """Return the condition in SQL, which an index on organisation, the range's column and number serves."""
        raise NotImplementedError

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return unindexed(self.range(scope))

    def branches(self, scope: Scope, sample: str) -> list[Branch]:
        """Return a branch for each tracker of the sample."""
        return [Branch(f"{scope.own} AND t.number = v.number", f"{sample} v")]

    def every(self, scope: Scope) -> list[Branch]:
        """Return a branch for the range, which is not in order of number."""
        return [Branch(f"{scope.own} AND {self.range(scope)}")]

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the numbers, by the index."""
        return f"SELECT t.number FROM tracker t WHERE {scope.own} AND {self.range(scope)}"


@dataclass(frozen=True, slots=True)
class WasUpdated(_InRange):
    """The tracker was last updated on one of these days."""

    days: DayRange

    def newest(self, scope: Scope) -> str:
        """Return the SQL of the number that none of these trackers is newer than.

        A tracker is updated after it has been created. A day is allowed for clocks that go back.
        """
        _, end = self.days.datetime_bounds
        created = (
            f"organisation_id = {scope.organisation} AND created_at < {scope.bind(end)}::timestamptz + interval '1 day'"
        )
        return f"(SELECT number FROM tracker WHERE {created} ORDER BY created_at DESC, number DESC LIMIT 1)"

    def range(self, scope: Scope) -> str:
        """Return the condition in SQL, which the index on organisation, time and number serves."""
        start, end = map(scope.bind, self.days.datetime_bounds)
        return f"t.updated_at >= {start} AND t.updated_at < {end}"


@dataclass(frozen=True, slots=True)
class IsDue(_InRange):
    """The tracker is due on one of these days; with ``is_open``, it is open too."""

    days: DayRange
    is_open: bool = False

    def range(self, scope: Scope) -> str:
        """Return the condition in SQL, which the index on organisation, due date and number serves; it has the status too."""
        is_open = f" AND ({OPEN}) IS TRUE" if self.is_open else ""
        return f"t.due_order >= {scope.bind(self.days.start)} AND t.due_order <= {scope.bind(self.days.end)}{is_open}"

    def by_day(self, scope: Scope, key: Key, window: Window) -> Branch:
        """Return a branch for each day, by the same index, without those that have none of a window's trackers.

        These are on the days whose first trackers are the first, and a window of 51 has trackers of 51 days at most.
        """
        start, end = scope.bind(self.days.start), scope.bind(self.days.end)
        days = f"SELECT t.due_order FROM tracker t WHERE {scope.own} AND t.due_order {{}} AND t.due_order <= {end}"
        first, following = (f"({days.format(after)} ORDER BY 1 LIMIT 1)" for after in (f">= {start}", "> day.due"))
        on_day = " AND ".join(
            [f"{scope.own} AND t.due_order = day.due", *(bound_predicate([key], bound) for bound in window.bounds)]
        )
        order = f"t.number {window.direction(key)} LIMIT 1"
        return Branch(
            f"{scope.own} AND t.due_order = v.due",
            f"(WITH RECURSIVE day (due) AS ({first} UNION ALL SELECT {following} FROM day WHERE day.due IS NOT NULL) "
            f"SELECT day.due FROM day CROSS JOIN LATERAL "
            f"(SELECT t.number FROM tracker t WHERE {on_day} ORDER BY {order}) f "
            f"ORDER BY f.number {window.direction(key)} LIMIT {window.limit}) v",
        )


@dataclass(frozen=True, slots=True)
class IsNotOverdue(Ordered):
    """The tracker is closed or not yet due. Most trackers are, so it is checked along the list."""

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL."""
        return unindexed(f"NOT ({OPEN}) OR t.due_order >= {scope.bind(today())}")

    def branches(self, scope: Scope, _sample: str) -> list[Branch]:
        """Return one branch, by the index on organisation and number."""
        return [Branch(f"{scope.own} AND {self.predicate(scope)}")]
