"""What a run has measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.benchmark.data.workloads import Workload
from tests.benchmark.measure import Figures
from tests.benchmark.pushes import PushFigures, Scenario
from tests.benchmark.servers import FLOOR, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one server did in one workload, with so many workers."""

    workload: Workload
    kind: Kind
    workers: int
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class PushResult:
    """What one server did in one scenario of sockets, with so many workers."""

    scenario: Scenario
    kind: Kind
    workers: int
    figures: PushFigures


@dataclass(frozen=True, slots=True)
class Growth:
    """What this server did in one workload on few and on many trackers."""

    workload: Workload
    small: Figures
    large: Figures


@dataclass(slots=True)
class Results:
    """All that a run has measured. ``memory`` is in bytes, by the kind's name and title and the number of workers."""

    requests: list[Result] = field(default_factory=list)
    pushes: list[PushResult] = field(default_factory=list)
    memory: dict[tuple[str, str, int], int] = field(default_factory=dict)
    growth: list[Growth] = field(default_factory=list)
    growth_sizes: Sequence[int] = ()

    def floor_of(self, result: Result) -> Result | None:
        """Return what the floor did in the same workload, with as many workers."""
        return next(
            (
                one
                for one in self.requests
                if (one.kind.name, one.workload, one.workers) == (FLOOR.name, result.workload, result.workers)
            ),
            None,
        )
