"""A run: the database, the servers, the check of their answers, and the measurements one after another."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import asyncpg

from server.setting_values import database_credentials
from tests.benchmark.answers import check_answers
from tests.benchmark.data.database import Size, copy_template, ensure_template
from tests.benchmark.data.workloads import WORKLOADS, Workload
from tests.benchmark.measure import Effort, Figures, idle_memory, measure
from tests.benchmark.processes import parent
from tests.benchmark.servers import FLOOR, KINDS, Kind, Server, run_server

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does."""

    size: Size = field(default_factory=Size)
    effort: Effort = field(default_factory=Effort)
    workers: Sequence[int] = (1, 2)
    kinds: Sequence[Kind] = KINDS
    workloads: Sequence[Workload] = WORKLOADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one server did in one workload, with so many workers."""

    workload: Workload
    kind: Kind
    workers: int
    figures: Figures


@dataclass(slots=True)
class Results:
    """All that a run has measured. ``memory`` is in bytes, by the kind's name and the number of workers."""

    requests: list[Result] = field(default_factory=list)
    memory: dict[tuple[str, int], int] = field(default_factory=dict)


async def run(plan: Plan, postgres: str, folder: Path, tell: Callable[[str], None]) -> Results:
    """Measure everything in the plan on a PostgreSQL server; ``folder`` takes logs. ``tell`` is called with progress."""
    results = Results()
    tell(f"the database: {plan.size.trackers:,} trackers")
    template = await ensure_template(postgres, plan.size)
    postgres_pid = await _postmaster(postgres)
    for workers in plan.workers:
        async with AsyncExitStack() as stack:
            servers = []
            for kind in plan.kinds:
                url = await copy_template(postgres, template, f"benchmark_run_{kind.name}")
                servers.append(await stack.enter_async_context(run_server(kind, url, folder, workers=workers)))
                results.memory[kind.name, workers] = idle_memory(servers[-1])
            await _measure_requests(plan, servers, workers, results, postgres_pid, tell)
    return results


async def _measure_requests(
    plan: Plan,
    servers: Sequence[Server],
    workers: int,
    results: Results,
    postgres_pid: int,
    tell: Callable[[str], None],
) -> None:
    await check_answers(servers, plan.workloads, plan.size)
    for workload in plan.workloads:
        tell(f"{workload.name}, {workers} worker{'s' * (workers > 1)}")
        figures = await measure(servers, workload, plan.size, plan.effort, postgres_pid)
        floor = next((one for server, one in zip(servers, figures, strict=True) if server.kind is FLOOR), figures[0])
        for server, one in zip(servers, figures, strict=True):
            results.requests.append(Result(workload=workload, kind=server.kind, workers=workers, figures=one))
            tell(f"  {server.kind.name:12} {_line(one, floor)}")


def _line(one: Figures, floor: Figures) -> str:
    cpu_ratio = (floor.server_cpu + floor.postgres_cpu) / max(one.server_cpu + one.postgres_cpu, 1e-9)
    return (
        f"{one.requests_per_second:7.0f}/s = {one.requests_per_second / floor.requests_per_second:4.2f} of the floor, "
        f"by CPU {cpu_ratio:4.2f}; "
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
