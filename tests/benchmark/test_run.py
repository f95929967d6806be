"""Tests of the benchmark itself: every workload with a handful of requests, on few rows, and no time asserted."""

from pathlib import Path

import pytest

from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import WORKLOADS
from tests.benchmark.measure import Effort
from tests.benchmark.run import Plan, run
from tests.benchmark.servers import KINDS

pytestmark = pytest.mark.server

SIZE = Size(trackers=100, learners=20, members=20, listeners=4)
EFFORT = Effort(rounds=1, seconds=60, warm_up=0, connections=2, at_most=3)


async def test_every_workload_is_measured_on_every_server(postgres: str, folder: Path) -> None:
    """The run fails if answers of the servers differ, or if an answer has errors."""
    progress: list[str] = []
    plan = Plan(size=SIZE, effort=EFFORT, workers=[1])
    results = await run(plan, postgres, folder, progress.append)
    measured = [(one.workload.name, one.kind.name) for one in results.requests]
    assert measured == [(workload.name, kind.name) for workload in WORKLOADS for kind in KINDS]
    assert all(one.figures.requests_per_second > 0 for one in results.requests)
