"""Tests of the measurement of attacks: each with a few connections, and no time asserted."""

from pathlib import Path

import pytest

from tests.benchmark.attacks.kinds import KINDS
from tests.benchmark.attacks.report import attack_page
from tests.benchmark.attacks.run import AttackPlan, measure_attacks
from tests.benchmark.data.database import Size

pytestmark = pytest.mark.server

SIZE = Size(trackers=100, learners=20, members=20, listeners=4)
TRIED = ("fragments", "readiness", "member-operations")


def test_every_attack_sends_something() -> None:
    assert all(kind.make("a token")[0].endswith((b"\r\n", b"}", b" ")) for kind in KINDS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


async def test_attacks_are_measured(postgres: str, folder: Path) -> None:
    """A member is answered meanwhile, and the page has a row for each attack."""
    progress: list[str] = []
    kinds = [kind for kind in KINDS if kind.name in TRIED]
    plan = AttackPlan(seconds=60, connections=5, kinds=kinds, at_most=10, pause=0.2)
    results = await measure_attacks(plan, postgres, folder, progress.append, SIZE)
    assert [result.failed for result in results] == [0, 0, 0]
    assert [line.split()[0] for line in progress] == list(TRIED)
    assert attack_page(results).count("\n| ") == 1 + len(TRIED)
