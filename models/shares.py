"""Shares of a connection pool: how many connections a member and an organisation may have at a time, and who is next.

Whoever wants a connection beyond their share waits. A connection that becomes free goes to the organisations in turn, and
within one to its members in turn, so that a member with many statements makes nobody wait but themselves. What the system
does, such as looking up sessions, has no borrower: it is not limited, and some connections are left to it.

Statements of one borrower are executed in their order.
"""

import asyncio
import math
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

_Key = TypeVar("_Key")

MAX_WAITING = 1_000
"""How many statements of one member may wait."""


class Borrower(NamedTuple):
    """On whose behalf statements are executed."""

    organisation: Hashable
    member: Hashable


class TooManyStatementsError(Exception):
    """Raised when too many statements of one member wait for a connection already."""


_Waiting = OrderedDict[Hashable, deque[asyncio.Future[None]]]
"""What waits for a connection, by member; the next member comes first."""


@dataclass(slots=True)
class Loan:
    """What a borrower has of the database during an operation."""

    borrower: Borrower
    seconds: float = 0.0
    """How long statements outside of transactions have taken, not counting the time for which they waited."""


current_loan: ContextVar[Loan | None] = ContextVar("current_loan", default=None)


@contextmanager
def borrowing(borrower: Borrower) -> Iterator[Loan]:
    """Execute the statements of the block, and of the tasks that it starts, on behalf of a borrower."""
    loan = Loan(borrower)
    token = current_loan.set(loan)
    try:
        yield loan
    finally:
        current_loan.reset(token)


class Shares:
    """The shares of a pool of ``size`` connections.

    Of 20 connections, two are left to the system, an organisation may have twelve, and a member six. In a smaller pool
    everybody may have at least one.
    """

    def __init__(self, size: int) -> None:
        self.of_all = max(1, size - math.ceil(size / 10))
        self.of_organisation = max(1, size * 6 // 10)
        self.of_member = max(1, size * 3 // 10)
        self._lent = 0
        self._by_organisation: Counter[Hashable] = Counter()
        self._by_member: Counter[Borrower] = Counter()
        self._waiting: OrderedDict[Hashable, _Waiting] = OrderedDict()
        """By organisation; the next organisation comes first."""

    @property
    def waiting(self) -> int:
        """Return how many statements wait."""
        return sum(len(futures) for members in self._waiting.values() for futures in members.values())

    def try_take(self, current: Borrower) -> bool:
        """Take a connection of a borrower's share, if one is left and nothing of theirs waits; return whether it was."""
        if not self._has_room(current) or current.member in self._waiting.get(current.organisation, ()):
            return False
        self._take(current)
        return True

    async def wait(self, current: Borrower) -> None:
        """Wait in turn for a connection, and take it. Raises TooManyStatementsError."""
        members = self._waiting.setdefault(current.organisation, OrderedDict())
        waiting = members.setdefault(current.member, deque())
        if len(waiting) >= MAX_WAITING:
            raise TooManyStatementsError
        future = asyncio.get_running_loop().create_future()
        waiting.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.give_back(current)  # it was given at the moment at which the task was cancelled
            else:
                self._forget(current, future)
            raise

    def give_back(self, current: Borrower) -> None:
        """Give a connection back, and give what has become free to those whose turn it is."""
        self._lent -= 1
        _count_down(self._by_organisation, current.organisation)
        _count_down(self._by_member, current)
        while self._waiting and self._lent < self.of_all and self._give_next():
            pass

    def _has_room(self, current: Borrower) -> bool:
        return (
            self._lent < self.of_all
            and self._by_organisation[current.organisation] < self.of_organisation
            and self._by_member[current] < self.of_member
        )

    def _take(self, current: Borrower) -> None:
        self._lent += 1
        self._by_organisation[current.organisation] += 1
        self._by_member[current] += 1

    def _give_next(self) -> bool:
        """Give a connection to the next who may have one, who is the last then; return whether there was one."""
        for organisation, members in self._waiting.items():
            for member, futures in members.items():
                current = Borrower(organisation, member)
                if self._has_room(current):
                    future = futures.popleft()
                    members.move_to_end(member)
                    self._waiting.move_to_end(organisation)
                    self._drop_if_empty(current)
                    if not future.done():  # else its task has been cancelled, and does not know it yet
                        self._take(current)
                        future.set_result(None)
                    return True
        return False

    def _forget(self, current: Borrower, future: asyncio.Future[None]) -> None:
        members = self._waiting.get(current.organisation)
        if members is not None and future in members.get(current.member, ()):
            members[current.member].remove(future)
            self._drop_if_empty(current)

    def _drop_if_empty(self, current: Borrower) -> None:
        members = self._waiting[current.organisation]
        if not members[current.member]:
            del members[current.member]
        if not members:
            del self._waiting[current.organisation]


def _count_down(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
