"""Measuring requests: in each round every server in turn, and the median of the rounds."""

import asyncio
import pickle
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

from tests.benchmark.client.load import Job, Load
from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import Workload
from tests.benchmark.processes import cpu_seconds
from tests.benchmark.servers import Server
from tests.support.paths import ROOT


class FailedRequestsError(Exception):
    """Raised when a server did not answer every request with data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured: rounds, seconds of each, and connections."""

    rounds: int = 5
    seconds: float = 2.0
    warm_up: float = 0.5
    connections: int = 16
    at_most: int = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one server did in one workload: medians of all rounds. Times are in seconds."""

    requests_per_second: float
    p50: float
    p99: float
    server_cpu: float
    """CPU time of the server's processes for each request."""
    postgres_cpu: float
    client_cores: float
    """The CPU time of the load's process for each second."""
    statements: float = 0.0
    """Statements of SQL for each request."""

    @property
    def cpu(self) -> float:
        """Return the CPU time of both for each request; never 0, although a few requests may take no whole tick."""
        return max(self.server_cpu + self.postgres_cpu, 1e-6)


@dataclass(slots=True)
class _Rounds:
    rounds: list[Figures] = field(default_factory=list)

    def median(self) -> Figures:
        def of(figure: Callable[[Figures], float]) -> float:
            return statistics.median(figure(one) for one in self.rounds)

        return Figures(
            requests_per_second=of(lambda one: one.requests_per_second),
            p50=of(lambda one: one.p50),
            p99=of(lambda one: one.p99),
            server_cpu=of(lambda one: one.server_cpu),
            postgres_cpu=of(lambda one: one.postgres_cpu),
            client_cores=of(lambda one: one.client_cores),
        )


async def measure(
    servers: Sequence[Server], workload: Workload, size: Size, effort: Effort, postgres_pid: int
) -> list[Figures]:
    """Return the figures of each server. Each goes first in its share of the rounds."""
    measured = [_Rounds() for _ in servers]
    pairs = list(zip(servers, measured, strict=True))
    for number in range(effort.rounds):
        for server, rounds in pairs[number % len(pairs) :] + pairs[: number % len(pairs)]:
            rounds.rounds.append(await _measure_once(server, workload, size, effort, postgres_pid))
    return [rounds.median() for rounds in measured]


async def _measure_once(server: Server, workload: Workload, size: Size, effort: Effort, postgres_pid: int) -> Figures:
    job = make_job(server, workload, size, effort)
    before = cpu_seconds(server.pids), cpu_seconds([postgres_pid])
    load = await run_load(job)
    after = cpu_seconds(server.pids), cpu_seconds([postgres_pid])
    if load.failed or not load.latencies:
        raise FailedRequestsError(
            f"{server.kind.name} failed {load.failed} of {load.answered} requests of {workload.name}"
        )
    latencies = sorted(load.latencies)
    return Figures(
        requests_per_second=len(latencies) / load.seconds,
        p50=statistics.median(latencies),
        p99=latencies[ceil(len(latencies) * 0.99) - 1],
        server_cpu=(after[0] - before[0]) / load.answered,
        postgres_cpu=(after[1] - before[1]) / load.answered,
        client_cores=load.cpu_seconds / (load.seconds + job.warm_up),
    )


def make_job(server: Server, workload: Workload, size: Size, effort: Effort) -> Job:
    """Return the requests of each connection: each is another member's, and has its share of the variables."""
    variables = workload.variables(size)
    connections = []
    for number in range(effort.connections):
        own = variables[number % len(variables) :: effort.connections]
        requests = [server.request(workload, entry, member=number + 1) for entry in own]
        connections.append((server.ports[number % len(server.ports)], requests))
    return Job(connections=connections, seconds=effort.seconds, warm_up=effort.warm_up, at_most=effort.at_most)


async def run_load(job: Job) -> Load:
    """Run the load in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmark.client",
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate(pickle.dumps(job))
    load = pickle.loads(output)
    assert isinstance(load, Load)
    return load
