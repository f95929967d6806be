"""What a list of trackers is limited to: its organisation, and conditions, each beside the indexes that serve it.

In SQL, ``t`` is a tracker and ``r`` its learner. A *branch* is a set of trackers that one index stores in the order of
their numbers, for each row of a source. A condition whose branches may be too many to merge has a *sample*: it is found
by its branches if the sample has at most ``MAX_SAMPLE`` rows, and otherwise checked along the list.
"""

from dataclasses import dataclass
from typing import Protocol

from services.kernel.sql import StatementBuilder
from services.viewer import Viewer

MAX_SAMPLE = 2_000


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
    block_shift: int | None = None
    """If the source is a series of blocks, to be read one after the other until a page is full: the number of bits by which a
    tracker's number is shifted to get its block."""


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

    def every(self, scope: Scope) -> list[Branch]:
        """Return branches of all trackers that meet the condition, however many there are."""


class Ordered:
    """The base of the conditions whose branches are always few."""

    __slots__ = ()
    is_sampled = False

    def branches(self, scope: Scope, sample: str) -> list[Branch]:
        """Return the branches; there is no sample."""
        raise NotImplementedError

    def every(self, scope: Scope) -> list[Branch]:
        """Return the branches."""
        return self.branches(scope, "")

    def sample(self, _scope: Scope) -> str:
        """Raise NotImplementedError: there is no sample."""
        raise NotImplementedError


class Sampled:
    """The base of the conditions whose branches may be many."""

    __slots__ = ()
    is_sampled = True


def unindexed(condition: str) -> str:
    """Return an SQL condition in a form that no index serves.

    The planner estimates that every other row meets it, whatever the statistics. If it knew better, or thought so, it could
    sort all trackers rather than read them in the order of an index until a page is full.
    """
    return f"CASE WHEN {condition} THEN true ELSE false END"


def sample(n: int, rows: str, limit: int | None = None) -> str:
    """Return the CTE ``sample<n>`` with at most one row more than a condition may leave."""
    return f"sample{n} AS MATERIALIZED ({rows} LIMIT {(MAX_SAMPLE if limit is None else limit) + 1})"


def is_small(n: int, limit: int | None = None) -> str:
    """Return the SQL condition that a sample is complete."""
    return f"(SELECT count(*) FROM sample{n}) <= {MAX_SAMPLE if limit is None else limit}"
