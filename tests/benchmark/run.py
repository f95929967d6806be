"""A run: the database, the servers, the check of their answers, and the measurements one after another."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import asyncpg

from server.setting_values import database_credentials
from tests.benchmark.answers import check_answers
from tests.benchmark.data.database import Size, copy_template, ensure_template
from tests.benchmark.data.workloads import WORKLOADS, Workload
from tests.benchmark.measure import Effort, Figures, measure
from tests.benchmark.processes import memory_bytes, parent
from tests.benchmark.pushes import SCENARIOS, PushFigures, Scenario, measure_pushes
from tests.benchmark.results import Growth, PushResult, Result, Results
from tests.benchmark.servers import FLOOR, KINDS, PRODUCT, Kind, Server, run_server
from tests.benchmark.statements import count_statements, logged_statements

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does."""

    size: Size = field(default_factory=Size)
    effort: Effort = field(default_factory=Effort)
    workers: Sequence[int] = (1, 2)
    kinds: Sequence[Kind] = KINDS
    workloads: Sequence[Workload] = WORKLOADS
    scenarios: Sequence[Scenario] = SCENARIOS
    growth: Sequence[int] = ()
    """A small and a large number of trackers to compare."""


@dataclass(slots=True)
class Run:
    """A run of a plan on a PostgreSQL server. ``folder`` takes logs, and ``tell`` is called with progress."""

    plan: Plan
    postgres: str
    postgres_log: Path
    folder: Path
    tell: Callable[[str], None]
    results: Results = field(default_factory=Results)
    _template: str = ""
    _postgres_pid: int = 0

    async def measure(self) -> Results:
        """Measure everything in the plan."""
        self.tell(f"the database: {self.plan.size.trackers:,} trackers")
        self._template = await ensure_template(self.postgres, self.plan.size)
        self._postgres_pid = await _postmaster(self.postgres)
        for workers in self.plan.workers:
            if self.plan.workloads:
                async with self._servers(self.plan.kinds, workers) as servers:
                    self.results.memory |= {
                        (one.kind.name, one.kind.title, workers): memory_bytes(one.pids) for one in servers
                    }
                    await self._measure_requests(servers, workers)
            if self.plan.scenarios:
                async with self._servers([kind.on_sockets() for kind in self.plan.kinds], workers) as servers:
                    await self._measure_pushes(servers, workers)
        if self.plan.growth:
            await self._measure_growth()
        return self.results

    async def _measure_growth(self) -> None:
        """Measure this server on few and on many trackers, in the same rounds."""
        self.results.growth_sizes = self.plan.growth
        sizes = [replace(self.plan.size, trackers=number) for number in self.plan.growth]
        async with AsyncExitStack() as stack:
            servers = []
            for number, size in enumerate(sizes):
                self.tell(f"a database of {size.trackers:,} trackers")
                template = await ensure_template(self.postgres, size)
                url = await copy_template(self.postgres, template, f"benchmark_run_growth_{number}")
                servers.append(await stack.enter_async_context(run_server(PRODUCT, url, self.folder, workers=1)))
            for workload in self.plan.workloads:
                figures = await measure(servers, workload, sizes[0], self.plan.effort, self._postgres_pid)
                self.results.growth.append(Growth(workload, *figures))
                self.tell(f"{workload.name}: {_line(figures[1], figures[0])}")

    @asynccontextmanager
    async def _servers(self, kinds: Sequence[Kind], workers: int) -> AsyncIterator[Sequence[Server]]:
        """Run servers, each on a fresh copy of the database."""
        async with AsyncExitStack() as stack:
            servers = []
            for kind in kinds:
                url = await copy_template(self.postgres, self._template, f"benchmark_run_{kind.name}")
                servers.append(await stack.enter_async_context(run_server(kind, url, self.folder, workers=workers)))
            yield servers

    async def _measure_requests(self, servers: Sequence[Server], workers: int) -> None:
        plan = self.plan
        await check_answers(servers, plan.workloads, plan.size)
        statements = await self._count_statements(servers)
        for workload in plan.workloads:
            self.tell(f"{workload.name}, {workers} worker{'s' * (workers > 1)}")
            able = [server for server in servers if workload.name not in server.kind.lacks]
            figures = await measure(able, workload, plan.size, plan.effort, self._postgres_pid)
            floor = _of_floor(able, figures)
            for server, one in zip(able, figures, strict=True):
                counted = replace(one, statements=statements[workload.name, server.kind.name])
                self.results.requests.append(
                    Result(workload=workload, kind=server.kind, workers=workers, figures=counted)
                )
                self.tell(f"  {server.kind.name:12} {_line(one, floor)}")

    async def _count_statements(self, servers: Sequence[Server]) -> dict[tuple[str, str], float]:
        """Return the statements of each request, by the names of workload and server."""
        counts: dict[tuple[str, str], float] = {}
        async with logged_statements(self.postgres):
            for workload in self.plan.workloads:
                able = [server for server in servers if workload.name not in server.kind.lacks]
                counted = await count_statements(able, workload, self.plan.size, self.postgres_log)
                counts |= {(workload.name, one.kind.name): n for one, n in zip(able, counted, strict=True)}
        return counts

    async def _measure_pushes(self, servers: Sequence[Server], workers: int) -> None:
        plan = self.plan
        for scenario in plan.scenarios:
            self.tell(f"{scenario.name}, {workers} worker{'s' * (workers > 1)}")
            figures = await measure_pushes(servers, scenario, plan.size, plan.effort.rounds, self._postgres_pid)
            floor = _of_floor(servers, figures)
            for server, one in zip(servers, figures, strict=True):
                self.results.pushes.append(
                    PushResult(scenario=scenario, kind=server.kind, workers=workers, figures=one)
                )
                self.tell(f"  {server.kind.name:12} {_push_line(one, floor)}")


def _of_floor(servers: Sequence[Server], figures: Sequence[T]) -> T:
    return next(
        (one for server, one in zip(servers, figures, strict=True) if server.kind.name == FLOOR.name), figures[0]
    )


def _push_line(one: PushFigures, floor: PushFigures) -> str:
    return (
        f"p50 {one.p50 * 1000:7.2f} ms = {one.p50 / floor.p50:5.2f} times the floor's, p99 {one.p99 * 1000:7.2f} ms; "
        f"CPU {one.server_cpu * 1000:.2f} + {one.postgres_cpu * 1000:.2f} ms; {one.bytes_per_socket / 1000:.1f} kB a socket"
    )


def _line(one: Figures, floor: Figures) -> str:
    return (
        f"{one.requests_per_second:7.0f}/s = {one.requests_per_second / floor.requests_per_second:4.2f} of the floor, "
        f"by CPU {floor.cpu / one.cpu:4.2f}; "
        f"p50 {one.p50 * 1000:6.1f} ms, p99 {one.p99 * 1000:6.1f} ms; "
        f"CPU {one.server_cpu * 1000:.2f} + {one.postgres_cpu * 1000:.2f} ms; client {one.client_cores:.0%}"
    )


async def _postmaster(url: str) -> int:
    """Return the process id of the PostgreSQL server, the parent of all of its processes."""
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        return parent(await connection.fetchval("SELECT pg_backend_pid()"))
    finally:
        await connection.close()
