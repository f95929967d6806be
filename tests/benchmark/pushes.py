"""Measuring pushes: how long a committed notification takes to its sockets, and what a socket costs in memory."""

import asyncio
import pickle
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import orjson

from server.setting_values import database_credentials
from services.kernel.channels import INBOX
from tests.benchmark.answers import DifferentAnswersError
from tests.benchmark.client.sockets import Pushes, SocketJob
from tests.benchmark.data.database import Size, listener_id, row_id
from tests.benchmark.data.documents import NOTIFICATIONS
from tests.benchmark.processes import cpu_seconds, memory_bytes
from tests.benchmark.servers import Server, token
from tests.support.paths import ROOT

_CREATED_AT = re.compile(rb'"createdAt":"[^"]*"')


@dataclass(frozen=True, slots=True)
class Scenario:
    """Open sockets of different members, of whom one is notified, or of a single member, who is notified."""

    name: str
    title: str
    sockets: int
    of_one_member: bool
    events: int


SCENARIOS = (
    Scenario("one-of-1000", "one of 1,000 sockets", 1000, False, 40),
    Scenario("one", "1 socket", 1, False, 40),
    Scenario("one-of-500", "one of 500 sockets", 500, False, 40),
    Scenario("all-500", "all 500 sockets of a member", 500, True, 10),
    Scenario("all-1000", "all 1,000 sockets of a member", 1000, True, 10),
)
"""The first is measured on fresh processes, so that it tells what a socket costs in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushFigures:
    """What one server did: medians of all rounds. Times are in seconds, until the last socket concerned has received."""

    p50: float
    p99: float
    server_cpu: float
    """CPU time of the server's processes for each event."""
    postgres_cpu: float
    bytes_per_socket: float
    """In the first round."""


@dataclass(frozen=True, slots=True)
class _Round:
    pushes: Pushes
    server_cpu: float
    postgres_cpu: float
    bytes_per_socket: float


async def measure_pushes(
    servers: Sequence[Server], scenario: Scenario, size: Size, rounds: int, postgres_pid: int
) -> list[PushFigures]:
    """Return the figures of each server. Raises DifferentAnswersError if they send different frames."""
    measured: list[list[_Round]] = [[] for _ in servers]
    pairs = list(zip(servers, measured, strict=True))
    for number in range(rounds):
        for server, own in pairs[number % len(pairs) :] + pairs[: number % len(pairs)]:
            own.append(await _measure_once(server, scenario, size, postgres_pid))
    _check_frames(scenario, pairs)
    return [_median(own) for own in measured]


def _check_frames(scenario: Scenario, measured: Sequence[tuple[Server, Sequence[_Round]]]) -> None:
    frames = [(server, _CREATED_AT.sub(b'"createdAt":""', own[-1].pushes.frame)) for server, own in measured]
    bytes_sent = {frame for server, frame in frames if server.kind.same_bytes}
    contents = {orjson.dumps(orjson.loads(frame), option=orjson.OPT_SORT_KEYS) for _, frame in frames}
    if len(bytes_sent) > 1 or len(contents) > 1:
        raise DifferentAnswersError(f"{scenario.name}: servers send different frames: {frames}")


def _median(rounds: Sequence[_Round]) -> PushFigures:
    return PushFigures(
        p50=statistics.median(statistics.median(one.pushes.latencies) for one in rounds),
        p99=statistics.median(_p99(one.pushes.latencies) for one in rounds),
        server_cpu=statistics.median(one.server_cpu for one in rounds),
        postgres_cpu=statistics.median(one.postgres_cpu for one in rounds),
        bytes_per_socket=rounds[0].bytes_per_socket,
    )


def _p99(latencies: Sequence[float]) -> float:
    return sorted(latencies)[ceil(len(latencies) * 0.99) - 1]


async def _measure_once(server: Server, scenario: Scenario, size: Size, postgres_pid: int) -> _Round:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmark.client",
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    idle = memory_bytes(server.pids)
    process.stdin.write(pickle.dumps(_job(server, scenario, size)))
    line = await process.stdout.readline()
    if line != b"open\n":
        raise RuntimeError(f"{server.kind.name}: the sockets could not be opened")
    added = memory_bytes(server.pids) - idle
    before = cpu_seconds(server.pids), cpu_seconds([postgres_pid])
    output, _ = await process.communicate(b"\n")
    after = cpu_seconds(server.pids), cpu_seconds([postgres_pid])
    pushes: Any = pickle.loads(output)
    return _Round(
        pushes,
        (after[0] - before[0]) / scenario.events,
        (after[1] - before[1]) / scenario.events,
        added / scenario.sockets,
    )


def _job(server: Server, scenario: Scenario, size: Size) -> SocketJob:
    members = [listener_id(1 if scenario.of_one_member else n) for n in range(1, scenario.sockets + 1)]
    ports = server.ports
    return SocketJob(
        sockets=[(ports[n % len(ports)], token(member), member) for n, member in enumerate(members)],
        document=NOTIFICATIONS,
        credentials=database_credentials(server.database_url),
        channel=INBOX,
        tracker_id=row_id("08", 1),
        actor_id=listener_id(size.listeners),
        events=scenario.events,
    )
