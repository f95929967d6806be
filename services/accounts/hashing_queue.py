"""The queue for password hashing: two at a time, in threads, one of each network, and a fair order for those who wait.

A hash takes 20 to 50 ms of a processor, and anyone may ask for one. Networks take turns, and so do the email addresses that
are tried from a network, so that whoever tries many only waits longer themselves. Known devices go first, except for every
fourth turn. The queue is bounded for each email address, from a network and from all, for each network, and in all; if it
is full, the network that waits most gives way to one that waits less.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Container
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

THREADS = 2
MAX_PER_SENDER = 20
"""How many may wait of one known device, or of one email address from one network."""
MAX_PER_ADDRESS = 40
"""How many may wait of one email address from all networks, of which hardly any would be told their result."""
MAX_PER_NETWORK = 40
MAX_WAITING = 200
"""How many may wait in all, of known devices and of others each."""
KNOWN_TURNS = 3
"""How many known devices go first before somebody else has a turn."""


class QueueFullError(Exception):
    """Raised for a hash that cannot wait for its turn; ``retry_after`` is a number of seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf a password is hashed: somebody in a network, or on a device that is known."""

    network: str
    name: str
    is_known: bool = False


class RoundRobin:
    """Waiting futures by network and sender: the networks take turns, and in each of them its senders."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, OrderedDict[str, deque[asyncio.Future[None]]]] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._names: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(self._counts.values())

    def waiting(self, sender: Sender) -> tuple[int, int]:
        """Return how many wait of a network, and of a sender in it."""
        queues = self._networks.get(sender.network)
        return self._counts.get(sender.network, 0), len(queues.get(sender.name, ())) if queues else 0

    def waiting_of_address(self, sender: Sender) -> int:
        """Return how many wait of the sender's email address, from all networks."""
        return self._names[sender.name]

    def largest(self) -> tuple[str, int]:
        """Return the network of which most wait, and how many; there must be one."""
        network = max(self._counts, key=self._counts.__getitem__)
        return network, self._counts[network]

    def add(self, sender: Sender, future: asyncio.Future[None]) -> None:
        """Add a future at the end of its sender's queue."""
        queues = self._networks.setdefault(sender.network, OrderedDict())
        queues.setdefault(sender.name, deque()).append(future)
        self._counts[sender.network] = self._counts.get(sender.network, 0) + 1
        self._names[sender.name] += 1

    def pop(self, busy: Container[str]) -> tuple[str, asyncio.Future[None]] | None:
        """Remove the future whose turn it is, and return its network and it; None if all that wait are of busy networks."""
        network = next((network for network in self._networks if network not in busy), None)
        return None if network is None else (network, self._pop_of(network))

    def pop_of_largest(self) -> asyncio.Future[None]:
        """Remove and return a future of the network of which most wait."""
        return self._pop_of(self.largest()[0])

    def _pop_of(self, network: str) -> asyncio.Future[None]:
        queues = self._networks[network]
        name, queue = next(iter(queues.items()))
        future = queue.popleft()
        _to_end_or_out(queues, name)
        _to_end_or_out(self._networks, network)
        self._counts[network] -= 1
        if not self._counts[network]:
            del self._counts[network]
        self._names[name] -= 1
        if not self._names[name]:
            del self._names[name]
        return future


class HashingQueue:
    """Runs functions in threads: two at a time, and one of each network."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self._executor = executor
        self._known, self._others = RoundRobin(), RoundRobin()
        self._busy: set[str] = set()
        """The networks of which a function runs."""
        self._turns = 0

    async def run(self, sender: Sender, function: Callable[..., T], *arguments: object) -> T:
        """Return what a function returns once it is the sender's turn. Raises QueueFullError."""
        if len(self._busy) < THREADS and sender.network not in self._busy:
            self._busy.add(sender.network)
        else:
            await self._wait(sender)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._executor, function, *arguments)
        # A thread cannot be interrupted: it keeps its place when nobody waits for it any more.
        work.add_done_callback(lambda _: self._release(sender.network))
        return await asyncio.shield(work)

    async def _wait(self, sender: Sender) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._add(sender, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._release(sender.network)  # the turn came at the moment of the cancellation
            raise

    def _add(self, sender: Sender, turn: asyncio.Future[None]) -> None:
        waiting = self._known if sender.is_known else self._others
        of_network, of_sender = waiting.waiting(sender)
        if of_sender >= MAX_PER_SENDER or of_network >= MAX_PER_NETWORK:
            raise QueueFullError(_seconds(of_network))
        if not sender.is_known and waiting.waiting_of_address(sender) >= MAX_PER_ADDRESS:
            raise QueueFullError(_seconds(MAX_PER_ADDRESS))
        if len(waiting) >= MAX_WAITING:
            if waiting.largest()[1] <= of_network + 1:
                raise QueueFullError(_seconds(len(waiting)))
            evicted = waiting.pop_of_largest()
            if not evicted.done():
                evicted.set_exception(QueueFullError(_seconds(len(waiting))))
        waiting.add(sender, turn)

    def _release(self, network: str) -> None:
        """Give the thread of a network that has finished to whoever's turn it is."""
        self._busy.discard(network)
        while len(self._busy) < THREADS and (next_turn := self._pop()) is not None:
            network, turn = next_turn
            if not turn.done():  # or cancelled: whoever waited has gone
                self._busy.add(network)
                turn.set_result(None)

    def _pop(self) -> tuple[str, asyncio.Future[None]] | None:
        self._turns += 1
        others_first = self._turns % (KNOWN_TURNS + 1) == 0
        first, second = (self._others, self._known) if others_first else (self._known, self._others)
        return first.pop(self._busy) or second.pop(self._busy)


def _seconds(waiting: int) -> int:
    """Return in how many seconds so many have had their turn, at a guess."""
    return 1 + waiting // 20


def _to_end_or_out(queues: OrderedDict[str, T], name: str) -> None:
    """Let the others of a round go before one that has had a turn; remove it if nothing of it waits."""
    if queues[name]:
        queues.move_to_end(name)
    else:
        del queues[name]
