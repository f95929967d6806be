"""The order of those who wait for a password to be hashed, and how many may wait."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.accounts.hashing_queue import (
    MAX_PER_ADDRESS,
    MAX_PER_NETWORK,
    MAX_PER_SENDER,
    MAX_WAITING,
    THREADS,
    HashingQueue,
    QueueFullError,
    Sender,
)


class Hashing:
    """A queue whose threads are occupied until ``finish``; it notes the order in which the others had their turns."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(max_workers=THREADS)
        self.queue = HashingQueue(self.executor)
        self.order: list[str] = []
        self._gate = threading.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def occupy(self) -> None:
        """Occupy both threads."""
        for number in range(THREADS):
            self._tasks.append(asyncio.create_task(self.queue.run(Sender(f"occupied {number}", ""), self._wait)))
        await asyncio.sleep(0)

    async def add(self, sender: Sender, name: str) -> asyncio.Task[None]:
        """Let a sender wait for its turn."""
        task = asyncio.create_task(self.queue.run(sender, self.order.append, name))
        self._tasks.append(task)
        await asyncio.sleep(0)
        return task

    async def finish(self) -> list[str]:
        """Free the threads, and return the names in the order of their turns."""
        self._gate.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return self.order

    def _wait(self) -> None:
        self._gate.wait(60)


@pytest.fixture
async def hashing() -> AsyncIterator[Hashing]:
    hashing = Hashing()
    await hashing.occupy()
    yield hashing
    await hashing.finish()
    hashing.executor.shutdown()


async def test_networks_and_addresses_in_them_take_turns(hashing: Hashing) -> None:
    for number in range(3):
        await hashing.add(Sender("attacker", "ada"), f"ada {number}")
    await hashing.add(Sender("attacker", "bob"), "bob")
    await hashing.add(Sender("office", "eve"), "eve")
    order = await hashing.finish()
    # Two threads may note two turns in either order.
    assert order.index("eve") <= 1
    assert [name for name in order if name != "eve"] == ["ada 0", "bob", "ada 1", "ada 2"]


async def test_a_network_has_one_thread_at_a_time(hashing: Hashing) -> None:
    await hashing.finish()
    gate = threading.Event()
    attacker = [
        asyncio.create_task(hashing.queue.run(Sender("attacker", f"{number}"), gate.wait, 60)) for number in range(5)
    ]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(hashing.queue.run(Sender("office", "eve"), lambda: "free"), 30) == "free"
    gate.set()
    assert await asyncio.gather(*attacker) == [True] * 5


async def test_known_devices_go_first_but_leave_every_fourth_turn(hashing: Hashing) -> None:
    for number in range(8):
        await hashing.add(Sender("attacker", f"{number}"), f"stranger {number}")
    for number in range(8):
        await hashing.add(Sender(f"device {number}", "", is_known=True), f"known {number}")
    order = await hashing.finish()
    known = [place for place, name in enumerate(order) if name.startswith("known")]
    assert len(known) == 8
    assert known[-1] <= 11
    assert min(place for place, name in enumerate(order) if name.startswith("stranger")) <= 4


async def test_nobody_fills_the_queue_for_others(hashing: Hashing) -> None:
    for _ in range(MAX_PER_SENDER):
        await hashing.add(Sender("attacker", "ada"), "guess")
    with pytest.raises(QueueFullError):
        await hashing.queue.run(Sender("attacker", "ada"), hashing.order.append, "too many of an address")
    for number in range(MAX_PER_NETWORK - MAX_PER_SENDER):
        await hashing.add(Sender("attacker", f"{number}"), "guess")
    with pytest.raises(QueueFullError) as error:
        await hashing.queue.run(Sender("attacker", "new"), hashing.order.append, "too many of a network")
    assert error.value.retry_after == 1 + MAX_PER_NETWORK // 20
    await hashing.add(Sender("office", "eve"), "eve")
    order = await hashing.finish()
    assert order.index("eve") <= 3
    assert len(order) == MAX_PER_NETWORK + 1


async def test_guesses_at_one_address_from_many_networks_do_not_fill_the_queue(hashing: Hashing) -> None:
    for network in range(MAX_PER_ADDRESS):
        await hashing.add(Sender(f"attacker {network}", "ada"), "guess")
    with pytest.raises(QueueFullError) as error:
        await hashing.queue.run(Sender("another attacker", "ada"), hashing.order.append, "too many of an address")
    assert error.value.retry_after == 1 + MAX_PER_ADDRESS // 20
    await hashing.add(Sender("office", "eve"), "eve")
    for number in range(MAX_PER_ADDRESS + 1):
        await hashing.add(Sender(f"device {number}", "", is_known=True), "known")
    order = await hashing.finish()
    assert (order.count("guess"), order.count("eve"), order.count("known")) == (MAX_PER_ADDRESS, 1, MAX_PER_ADDRESS + 1)
    await hashing.queue.run(Sender("another attacker", "ada"), hashing.order.append, "later")


async def test_the_network_that_waits_most_gives_way(hashing: Hashing) -> None:
    networks = MAX_WAITING // MAX_PER_NETWORK
    tasks = [
        await hashing.add(Sender(f"attacker {network}", f"{number}"), "guess")
        for network in range(networks)
        for number in range(MAX_PER_NETWORK)
    ]
    await hashing.add(Sender("office", "eve"), "eve")
    await hashing.add(Sender("device", "", is_known=True), "known")
    await asyncio.sleep(0)
    refused = [task for task in tasks if task.done()]
    assert [type(task.exception()) for task in refused] == [QueueFullError]
    order = await hashing.finish()
    assert len(order) == MAX_WAITING + 1
    assert {"eve", "known"} <= set(order)


async def test_whoever_gives_up_leaves_the_place_to_the_next(hashing: Hashing) -> None:
    gone = await hashing.add(Sender("office", "ada"), "gone")
    await hashing.add(Sender("office", "bob"), "bob")
    gone.cancel()
    assert await hashing.finish() == ["bob"]
    # Both threads are free again, whoever was cancelled at which moment.
    for number in range(10):
        task = await hashing.add(Sender("office", "eve"), f"{number}")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await asyncio.wait_for(hashing.queue.run(Sender("office", "eve"), lambda: "free"), 30) == "free"
