"""Tests of the benchmark itself: every workload with a handful of requests, on few rows, and no time asserted."""

from pathlib import Path

import pytest

from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import WORKLOADS
from tests.benchmark.measure import Effort
from tests.benchmark.pushes import Scenario
from tests.benchmark.run import Plan, Run
from tests.benchmark.servers import KINDS

pytestmark = pytest.mark.server

SIZE = Size(trackers=100, learners=20, members=20, listeners=4)
SCENARIOS = [
    Scenario("one-of-4", "one of 4 sockets", 4, of_one_member=False, events=2),
    Scenario("all-4", "all 4 sockets of a member", 4, of_one_member=True, events=2),
]
EFFORT = Effort(rounds=1, seconds=60, warm_up=0, connections=2, at_most=3)


async def test_every_workload_is_measured_on_every_server(postgres: str, folder: Path) -> None:
    """The run fails if answers of the servers differ, or if an answer has errors."""
    progress: list[str] = []
    plan = Plan(size=SIZE, effort=EFFORT, workers=[1], scenarios=SCENARIOS)
    results = await Run(plan, postgres, folder, progress.append).measure()
    measured = [(one.workload.name, one.kind.name) for one in results.requests]
    assert measured == [
        (workload.name, kind.name) for workload in WORKLOADS for kind in KINDS if workload.name not in kind.lacks
    ]
    assert all(one.figures.requests_per_second > 0 for one in results.requests)
    pushed = [(one.scenario.name, one.kind.name) for one in results.pushes]
    assert pushed == [(scenario.name, kind.name) for scenario in SCENARIOS for kind in KINDS]
    assert all(one.figures.p50 > 0 for one in results.pushes)
