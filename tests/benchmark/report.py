"""The report: ``docs/speed.md``, with its tables and a plot."""

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from tests.benchmark import goals
from tests.benchmark.plot import bars
from tests.benchmark.results import PushResult, Result, Results
from tests.benchmark.servers import FLOOR, PRODUCT

PAGE = "speed.md"
PLOT = Path("images", "speed.svg")
PLOT_TITLE = "requests a second, as a ratio to the floor's (the dashed line); one worker"
LIBRARIES = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "asyncpg", "orjson", "tortoise-orm")
INTRODUCTION = """<!-- Rendered by `make bench`. Do not edit it. -->

# Speed

How fast this server answers beside three others, on the same data and in one run:

- **the floor**: bare starlette, asyncpg and orjson with hand-written SQL on the same tables. It takes the variables alone,
  checks the same token, reads the same session and sends the same bytes; it knows no GraphQL, rights, limits or logs. Its
  `createTracker` makes the same rows and checks nothing; its sockets are a bare WebSocket server that listens, reads
  the row and sends the same frame.
- **without the compiled executor**: this server with `TRACKERS_COMPILED=0`.
- **naive**: strawberry's own application over Tortoise models, with the same fields.

That the first three send the same bytes, and the last one the same JSON, is checked before anything is measured. Absolute
figures say little about another machine; what counts is the ratio to the floor's. `make bench` measures anew.
"""


def write_report(results: Results, conditions: str, folder: Path) -> None:
    """Write the page and its plot into the folder of the documentation."""
    (folder / PLOT).parent.mkdir(exist_ok=True)
    (folder / PLOT).write_text(bars(_ratios(results), PLOT_TITLE))
    parts = [INTRODUCTION, conditions]
    for workers in sorted({one.workers for one in results.requests}):
        parts.append(f"## Requests, {_workers(workers)}\n")
        if workers == 1:
            parts.append(f"![Requests a second of each server, as a ratio to the floor's]({PLOT.as_posix()})\n")
        parts.append(_request_table([one for one in results.requests if one.workers == workers]))
    for workers in sorted({one.workers for one in results.pushes}):
        parts.append(f"## Pushes over WebSockets, {_workers(workers)}\n")
        parts.append(PUSHES_INTRODUCTION)
        parts.append(_push_table([one for one in results.pushes if one.workers == workers]))
    parts += [_gains(results), _memory(results), _growth(results)]
    (folder / PAGE).write_text("\n".join(part for part in parts if part))


PUSHES_INTRODUCTION = """From just before the COMMIT of a notification until the last socket that it concerns has the whole
frame. CPU is that of one event.
"""


def conditions(postgres_version: str, trackers: int, rounds: int, seconds: float, connections: int) -> str:
    """Return what the report says about the machine and the run. Names of hosts and folders are left out."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}) with {memory:.0f} GiB for servers, load and database together; "
        f"Python {platform.python_version()}, PostgreSQL {postgres_version}, {libraries}. {trackers:,} trackers, 5,000 "
        f"learners, 60 members; {connections} connections that are kept alive; medians of {rounds} rounds of {seconds:g} s, in "
        "which the servers take turns. CPU is that of the server's processes and of PostgreSQL for one request.\n"
    )


def _workers(number: int) -> str:
    return "one worker" if number == 1 else f"{number} workers"


def _ratios(results: Results) -> dict[str, dict[str, float]]:
    ratios: dict[str, dict[str, float]] = {}
    for one in results.requests:
        if one.workers == 1 and one.kind.name != FLOOR.name and (floor := results.floor_of(one)):
            ratio = one.figures.requests_per_second / floor.figures.requests_per_second
            ratios.setdefault(one.workload.name, {})[one.kind.title] = ratio
    return ratios


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _request_table(results: Sequence[Result]) -> str:
    rows, floors = [], {one.workload.name: one.figures for one in results if one.kind.name == FLOOR.name}
    for one in results:
        figures, floor = one.figures, floors.get(one.workload.name)
        ratio = f"{figures.requests_per_second / floor.requests_per_second:.2f}" if floor else ""
        if one.kind.name == PRODUCT.name:
            goal = goals.REQUESTS[one.workload.name]
            ratio = f"**{ratio}** (goal {goal.goal}, must {goal.must})"
        rows.append(
            [
                one.workload.title, one.kind.title, f"{figures.requests_per_second:,.0f}", ratio,
                f"{floor.cpu / figures.cpu:.2f}" if floor else "", _ms(figures.p50), _ms(figures.p99),
                f"{_ms(figures.server_cpu)} + {_ms(figures.postgres_cpu)}",
                f"{figures.statements:g}",
            ]
        )  # fmt: skip
    head = ["workload", "server", "requests/s", "of the floor", "by CPU", "p50, ms", "p99, ms", "CPU, ms", "statements"]
    return _table(head, rows)


def _push_table(results: Sequence[PushResult]) -> str:
    rows, floors = [], {one.scenario.name: one.figures for one in results if one.kind.name == FLOOR.name}
    for one in results:
        figures, floor = one.figures, floors.get(one.scenario.name)
        ratio = f"{figures.p50 / floor.p50:.2f}" if floor else ""
        goal = goals.PUSHES.get(one.scenario.name)
        if goal and one.kind.name == PRODUCT.name:
            ratio = f"**{ratio}** (goal {goal.goal}, must {goal.must})"
        cpu = f"{_ms(figures.server_cpu)} + {_ms(figures.postgres_cpu)}"
        rows.append([one.scenario.title, one.kind.title, _ms(figures.p50), ratio, _ms(figures.p99), cpu])
    return _table(["notified", "server", "p50, ms", "times the floor's", "p99, ms", "CPU, ms"], rows)


def _gains(results: Results) -> str:
    rates = {
        (one.workload.title, one.kind.title, one.workers): one.figures.requests_per_second for one in results.requests
    }
    if (many := max((workers for _, _, workers in rates), default=1)) == 1:
        return ""
    rows = [
        [workload, kind, f"{rates[workload, kind, many] / rate:.2f}"]
        for (workload, kind, workers), rate in rates.items()
        if workers == 1 and (workload, kind, many) in rates
    ]
    text = f"Requests a second of {_workers(many)}, as a multiple of one worker's.\n"
    return "\n".join(["## What more workers gain\n", text, _table(["workload", "server", "gain"], rows)])


def _memory(results: Results) -> str:
    rows = [
        [title, _workers(workers), f"{size / 1e6:.0f}", _socket_memory(results, name, workers)]
        for (name, title, workers), size in results.memory.items()
    ]
    if not rows:
        return ""
    idle, socket = goals.IDLE_BYTES, goals.SOCKET_BYTES
    text = (
        f"Resident, of all processes of a server. Of this server with one worker: idle at most {idle.goal / 1e6:.0f} MB (must "
        f"{idle.must / 1e6:.0f}), a socket at most {socket.goal / 1000:.0f} kB (must {socket.must / 1000:.0f}).\n"
    )
    head = ["server", "workers", "idle, MB", "a socket of a fresh process, kB"]
    return "\n".join(["## Memory\n", text, _table(head, rows)])


def _socket_memory(results: Results, name: str, workers: int) -> str:
    first = next((one for one in results.pushes if one.kind.name == name and one.workers == workers), None)
    return f"{first.figures.bytes_per_socket / 1000:.0f}" if first else ""


def _growth(results: Results) -> str:
    if not results.growth:
        return ""
    rows = []
    for one in results.growth:
        small, large = one.small, one.large
        rows.append(
            [
                one.workload.title, _ms(small.p50), _ms(large.p50), f"{large.p50 / small.p50:.2f}",
                f"{large.cpu / small.cpu:.2f}",
            ]
        )  # fmt: skip
    text = (
        f"From {results.growth_sizes[0]:,} to {results.growth_sizes[1]:,} trackers, this server with one worker: at most "
        f"{goals.GROWTH.goal} times (must {goals.GROWTH.must}).\n"
    )
    head = ["workload", "p50 of few, ms", "p50 of many, ms", "p50 grows", "CPU grows"]
    return "\n".join(["## Growth\n", text, _table(head, rows)])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}" if seconds >= 0.01 else f"{seconds * 1000:.2f}"
