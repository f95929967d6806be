"""Tests of the benchmark itself: every workload with a handful of requests, on few rows, and no time asserted."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import WORKLOADS
from tests.benchmark.measure import Effort
from tests.benchmark.pushes import Scenario
from tests.benchmark.report import write_report
from tests.benchmark.run import Plan, Run
from tests.benchmark.servers import FLOOR, NAIVE, PRODUCT

pytestmark = pytest.mark.server

KINDS = (PRODUCT, FLOOR, NAIVE)
"""Without the second kind that is this server, since each takes seconds to start, twice."""
SIZE = Size(trackers=100, learners=20, members=20, listeners=4)
SCENARIOS = [
    Scenario("one-of-4", "one of 4 sockets", 4, of_one_member=False, events=2),
    Scenario("all-4", "all 4 sockets of a member", 4, of_one_member=True, events=2),
]
EFFORT = Effort(rounds=1, seconds=60, warm_up=0, connections=2, at_most=3)


async def test_every_workload_is_measured_on_every_server(postgres: str, postgres_log: Path, folder: Path) -> None:
    """The run fails if answers of the servers differ, or if an answer has errors."""
    progress: list[str] = []
    plan = Plan(size=SIZE, effort=EFFORT, workers=[1], kinds=KINDS, scenarios=SCENARIOS)
    results = await Run(plan, postgres, postgres_log, folder, progress.append).measure()
    growth = replace(plan, workers=[], workloads=WORKLOADS[:1], growth=(100, 100))
    await Run(growth, postgres, postgres_log, folder, progress.append, results).measure()
    measured = [(one.workload.name, one.kind.name) for one in results.requests]
    assert measured == [
        (workload.name, kind.name) for workload in WORKLOADS for kind in KINDS if workload.name not in kind.lacks
    ]
    assert all(one.figures.requests_per_second > 0 for one in results.requests)
    pushed = [(one.scenario.name, one.kind.name) for one in results.pushes]
    assert pushed == [(scenario.name, kind.name) for scenario in SCENARIOS for kind in KINDS]
    assert all(one.figures.p50 > 0 for one in results.pushes)
    assert [one.workload for one in results.growth] == [WORKLOADS[0]]
    write_report(results, "Few rows.\n", folder)
    page = (folder / "speed.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        "# Speed",
        "## Requests, one worker",
        "## Pushes over WebSockets, one worker",
        "## Memory",
        "## Growth",
    ]
    assert (folder / "images" / "speed.svg").read_text().count("<rect") > len(WORKLOADS)
