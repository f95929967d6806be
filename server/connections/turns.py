"""Turns, in which clients are served: in each iteration of the event loop, one request or message of each lane.

So whoever sends on a thousand connections is not served a thousand times before somebody else is served once. A lane is a
member, or the network of clients without a session. What has begun is not counted here: it is limited by its cost, and by
the operations that a member may have running.

Strangers also wait if their network asks for more than what an office needs to sign in. They are not refused at once,
because whoever is refused asks again at once, whereas a connection is not read while its request waits.
"""

import asyncio
import time
from collections.abc import Callable

from server.connections.allowance import Allowance
from server.execution.clients import ClientKey

LANES_AT_ONCE = 16
"""How many of the lanes that wait get a turn in one iteration, and how many of strangers' lanes that do not wait."""
MAX_WAITING = 2_000
"""How many may wait in a lane."""
PAUSE = 0.01
"""Seconds until strangers who have asked for too much are looked at again."""
SWEEP_FROM = 10_000
"""From how many networks on those that have not asked for a while are forgotten."""


class TurnLostError(Exception):
    """Raised for the oldest of those who wait in a lane if there are too many."""


class Turns:
    """The lanes of a process. In a lane, the newest is served first: nobody may wait for the oldest any more.

    Networks of strangers get at most ``rate`` turns a second, after ``burst`` without a wait.
    """

    def __init__(
        self, *, rate: float = 200.0, burst: float = 1_000.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._taken: set[ClientKey] = set()
        self._strangers = 0
        self._waiting: dict[ClientKey, dict[asyncio.Future[None], None]] = {}
        self._allowances: dict[ClientKey, Allowance] = {}
        self._next: asyncio.Handle | None = None
        self._is_paused = False

    def try_take(self, lane: ClientKey) -> bool:
        """Take a turn and return True, or return False if the lane has had its turn: then the caller must ``wait``."""
        if lane in self._taken or lane in self._waiting:
            return False
        if not lane.is_member:
            if self._strangers >= LANES_AT_ONCE or not self._allow(lane):
                return False
            self._strangers += 1
        self._taken.add(lane)
        self._schedule()
        return True

    async def wait(self, lane: ClientKey) -> None:
        """Wait for a turn; whoever is cancelled leaves the lane. Raises TurnLostError if too many came later."""
        turn = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(lane, {})
        waiting[turn] = None
        if len(waiting) > MAX_WAITING:
            _lose(waiting)
        self._schedule()
        try:
            await turn
        finally:
            if (lane_of_turn := self._waiting.get(lane)) is not None:
                lane_of_turn.pop(turn, None)
                if not lane_of_turn:
                    del self._waiting[lane]

    def _schedule(self) -> None:
        if self._is_paused and self._next is not None:
            self._next.cancel()
            self._next, self._is_paused = None, False
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._start_iteration)

    def _start_iteration(self) -> None:
        """Give a turn to lanes that wait, those first that have waited the longest for one."""
        self._next, self._is_paused = None, False
        self._taken.clear()
        self._strangers = 0
        for lane in list(self._waiting)[:LANES_AT_ONCE]:
            waiting = self._waiting.pop(lane)
            if lane.is_member or self._allow(lane):
                turn, _ = waiting.popitem()
                if not turn.done():
                    turn.set_result(None)
                self._taken.add(lane)
            if waiting:
                self._waiting[lane] = waiting
        if self._taken:
            self._schedule()
        elif self._waiting:
            self._next = asyncio.get_running_loop().call_later(PAUSE, self._start_iteration)
            self._is_paused = True

    def _allow(self, lane: ClientKey) -> bool:
        """Take from the allowance of a network of strangers, and return whether there was enough."""
        now = self._clock()
        allowance = self._allowances.get(lane)
        if allowance is None:
            self._sweep(now)
            allowance = self._allowances[lane] = Allowance(self._burst, self._rate)
        return not allowance.take(now)

    def _sweep(self, now: float) -> None:
        if len(self._allowances) >= SWEEP_FROM:
            full = [lane for lane, allowance in self._allowances.items() if allowance.is_full(now)]
            for lane in full or list(self._allowances)[: SWEEP_FROM // 2]:
                del self._allowances[lane]


def _lose(waiting: dict[asyncio.Future[None], None]) -> None:
    oldest = next(iter(waiting))
    del waiting[oldest]
    if not oldest.done():
        oldest.set_exception(TurnLostError())
