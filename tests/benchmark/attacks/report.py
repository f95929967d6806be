"""The page with what a member notices of each attack."""

from collections.abc import Iterable

from tests.benchmark.attacks.run import AttackResult

HEAD = """<!-- Written by `make bench-attacks`; do not edit it. -->

# Attacks

What a member notices while one client attacks with a thousand connections from the same network. The member reads one tracker
after the other on a connection of their own; the server has one process, and the attacker and the member share the machine
with it. What must hold: the member's p99 stays below 5 times the one without the attack (20 times if another member attacks),
or 100 ms if that is more, every request of the member is answered, and the server's memory grows by less than 100 MB.

| attack | p50, ms | p99, ms | memory, MB | cores | holds |
|---|---|---|---|---|---|
"""


def attack_page(results: Iterable[AttackResult]) -> str:
    """Return the page in Markdown."""
    return HEAD + "".join(_row(result) for result in results)


def _row(result: AttackResult) -> str:
    (before_50, before_99), (p50, p99) = result.unloaded, result.loaded
    return (
        f"| {result.kind.title} | {before_50 * 1000:.1f} → {p50 * 1000:.1f} | {before_99 * 1000:.1f} → {p99 * 1000:.1f} "
        f"| {result.memory / 1e6:+.0f} | {result.cores:.2f} | {'yes' if result.is_kept else 'no'} |\n"
    )
