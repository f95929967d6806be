"""Measuring a member's requests without and during each attack, and the memory of the server."""

import asyncio
import pickle
import statistics
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil, inf
from pathlib import Path

from tests.benchmark.attacks.attacker import Flood
from tests.benchmark.attacks.kinds import KINDS, Kind
from tests.benchmark.client.load import Job, Load
from tests.benchmark.data.database import Size, copy_template, ensure_template, member_id
from tests.benchmark.data.workloads import WORKLOADS
from tests.benchmark.measure import run_load
from tests.benchmark.processes import cpu_seconds, memory_bytes
from tests.benchmark.servers import PRODUCT, Server, run_server, token
from tests.support.paths import ROOT

VICTIM, ATTACKER = 1, 2
"""The numbers of the members whose requests are measured, and as whom another attacks."""
MAX_SECONDS = 0.1
MAX_MEMORY = 100_000_000
TIMES, TIMES_OF_MEMBER = 5, 20
"""What must hold: p99 below so many times the unloaded one, or ``MAX_SECONDS`` if that is more, and less memory more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackPlan:
    """How long is measured, with how many connections, and which attacks."""

    seconds: float = 10.0
    connections: int = 1_000
    kinds: Sequence[Kind] = KINDS
    at_most: int = 10**9
    """How many requests the member sends at most after the pause, for tests."""
    pause: float = 1.0
    """Seconds of the attack, and of the member's requests, before anything is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackResult:
    """What a member noticed of an attack. Times are in seconds, and infinite if the member was never answered."""

    kind: Kind
    unloaded: tuple[float, float]
    """p50 and p99 without the attack."""
    loaded: tuple[float, float]
    failed: int
    """How many requests of the member were not answered with data."""
    memory: int
    """By how many bytes the server's memory grew."""
    cores: float
    """The CPU time of the server for each second of the attack, the member's requests included."""

    @property
    def is_kept(self) -> bool:
        """Return whether what must hold held."""
        times = TIMES_OF_MEMBER if self.kind.of_member else TIMES
        is_quick = self.loaded[1] <= max(times * self.unloaded[1], MAX_SECONDS)
        return is_quick and self.memory < MAX_MEMORY and not self.failed


async def measure_attacks(
    plan: AttackPlan, postgres: str, folder: Path, tell: Callable[[str], None], size: Size | None = None
) -> list[AttackResult]:
    """Measure each attack on a server of its own."""
    size = size or Size()
    template = await ensure_template(postgres, size)
    results = []
    for kind in plan.kinds:
        url = await copy_template(postgres, template, "benchmark_attacked")
        async with run_server(PRODUCT.with_default_budgets(), url, folder, workers=1) as server:
            result = await _measure(server, kind, plan, size)
        tell(_line(result))
        results.append(result)
    return results


async def _measure(server: Server, kind: Kind, plan: AttackPlan, size: Size) -> AttackResult:
    workload = next(one for one in WORKLOADS if one.name == "tracker")
    requests = [server.request(workload, variables, member=VICTIM) for variables in workload.variables(size)]
    connections = [(server.ports[0], requests)]
    job = Job(connections=connections, seconds=plan.seconds, warm_up=plan.pause, at_most=plan.at_most)
    unloaded = await run_load(job)
    memory = memory_bytes(server.pids)
    first, repeated = kind.make(token(member_id(ATTACKER)))
    flood = Flood(port=server.ports[0], connections=plan.connections, first=first, repeated=repeated)
    async with _attacking(flood):
        await asyncio.sleep(plan.pause)
        cpu = cpu_seconds(server.pids)
        loaded = await run_load(job)
        cpu = cpu_seconds(server.pids) - cpu
        memory = memory_bytes(server.pids) - memory
    return AttackResult(
        kind=kind,
        unloaded=_percentiles(unloaded),
        loaded=_percentiles(loaded),
        failed=loaded.failed,
        memory=memory,
        cores=cpu / (loaded.seconds + job.warm_up),
    )


@asynccontextmanager
async def _attacking(flood: Flood) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmark.attacks", cwd=ROOT, stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(flood))
    await process.stdin.drain()
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _percentiles(load: Load) -> tuple[float, float]:
    latencies = sorted(load.latencies) or [inf]
    return statistics.median(latencies), latencies[ceil(len(latencies) * 0.99) - 1]


def _line(result: AttackResult) -> str:
    (p50, p99), (before_50, before_99) = result.loaded, result.unloaded
    return (
        f"{result.kind.name:18} p50 {before_50 * 1000:6.1f} → {p50 * 1000:6.1f} ms, "
        f"p99 {before_99 * 1000:6.1f} → {p99 * 1000:6.1f} ms, {result.memory / 1e6:+6.1f} MB, "
        f"{result.cores:.2f} cores, {result.failed} failed{'' if result.is_kept else '  TOO MUCH'}"
    )
