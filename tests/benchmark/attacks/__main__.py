"""``python -m tests.benchmark.attacks``: run a pickled flood from standard input, until that is closed."""

import asyncio
import pickle
import sys

import uvloop

from tests.benchmark.attacks.attacker import attack


async def _attack_until_closed() -> None:
    flood = pickle.load(sys.stdin.buffer)
    attacking = asyncio.create_task(attack(flood))
    await asyncio.to_thread(sys.stdin.buffer.read)
    attacking.cancel()


if __name__ == "__main__":
    uvloop.run(_attack_until_closed())
