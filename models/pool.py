"""The database engine of Tortoise's configuration: its asyncpg client, with a pool that lends connections cheaply."""

import asyncio
from inspect import Parameter, signature
from time import perf_counter
from typing import Any, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from models.shares import Borrower, Shares, current_loan

_DEFAULTS = {
    parameter.name: parameter.default
    for parameter in signature(asyncpg.create_pool).parameters.values()
    if parameter.kind is Parameter.KEYWORD_ONLY
}


class _Pool(asyncpg.Pool):
    """asyncpg's pool, which does without what a short statement would spend half of its time on.

    Releasing a connection starts a task only where something of that could be cancelled, and a single statement is
    executed without a proxy of the connection, as nobody could go on to use it.

    Whoever has taken their share of the connections waits (``models.shares``).
    """

    __slots__ = ("_borrowers", "shares")

    def __init__(self, *args: Any, max_size: int, **options: Any) -> None:
        super().__init__(*args, max_size=max_size, **options)
        self.shares = Shares(max_size)
        self._borrowers: dict[PoolConnectionProxy, Borrower] = {}
        """Of whose share the connections are that are lent for longer than a statement."""

    async def fetch(self, query: str, *args: Any, timeout: float | None = None, record_class: Any = None) -> Any:  # noqa: ASYNC109 - the signature is asyncpg's
        """Execute a statement on one of the connections, and return its rows."""
        loan = current_loan.get()
        if loan is None:
            return await self._fetch(query, args, timeout, record_class)
        if not self.shares.try_take(loan.borrower):
            await self.shares.wait(loan.borrower)
        started = perf_counter()
        try:
            return await self._fetch(query, args, timeout, record_class)
        finally:
            loan.seconds += perf_counter() - started
            self.shares.give_back(loan.borrower)

    async def _fetch(self, query: str, args: tuple[Any, ...], seconds: float | None, record_class: Any) -> Any:
        holder = self._idle_holder()
        if holder is None:
            connection = await cast(Any, super())._acquire(None)
            try:
                return await connection.fetch(query, *args, timeout=seconds, record_class=record_class)
            finally:
                await self.release(connection)
        holder._maybe_cancel_inactive_callback()
        holder._in_use = lease = asyncio.get_running_loop().create_future()
        try:
            return await holder._con.fetch(query, *args, timeout=seconds, record_class=record_class)
        finally:
            if holder._in_use is not lease:
                pass  # the connection has been closed, which released it
            elif self._can_release_at_once(holder):
                _release(holder)
            else:
                await asyncio.shield(holder.release(None))

    async def _acquire(self, timeout: float | None) -> PoolConnectionProxy:  # noqa: ASYNC109 - the signature is asyncpg's
        """Lend a connection, of the share of the borrower if there is one, until it is released."""
        loan = current_loan.get()
        if loan is None:
            return cast(PoolConnectionProxy, await cast(Any, super())._acquire(timeout))
        current = loan.borrower
        if not self.shares.try_take(current):
            await self.shares.wait(current)
        try:
            connection: PoolConnectionProxy = await cast(Any, super())._acquire(timeout)
        except BaseException:
            self.shares.give_back(current)
            raise
        self._borrowers[connection] = current
        return connection

    def _idle_holder(self) -> Any:
        """Take the holder of an open connection out of the queue, if the next one has one, and return it."""
        pool = cast(Any, self)
        if pool._closing or not pool._initialized or pool._queue.empty():
            return None
        holder = pool._queue.get_nowait()
        if holder._con is None or holder._con.is_closed() or holder._generation != pool._generation:
            pool._queue.put_nowait(holder)
            return None
        return holder

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the signature is asyncpg's
        """Return a connection to the pool, at once if there is nothing to wait for."""
        current = self._borrowers.pop(connection, None)
        try:
            if connection._con is not None and self._can_release_at_once(connection._holder):
                _release(connection._holder)
            else:
                await super().release(connection, timeout=timeout)
        finally:
            if current is not None:
                self.shares.give_back(current)

    def _can_release_at_once(self, holder: Any) -> bool:
        """Return whether releasing a connection neither closes nor resets it, nor waits for a cancellation."""
        raw = holder._con
        if raw is None or raw.is_closed() or raw.is_in_transaction() or raw._listeners or raw._log_listeners:
            return False
        protocol = raw._protocol
        return (
            not protocol._is_cancelling()
            and protocol.queries_count < holder._max_queries
            and holder._generation == cast(Any, self)._generation
        )


def _release(holder: Any) -> None:
    holder._con._on_release()
    holder._release()
    holder._setup_inactive_callback()


class _Client(AsyncpgDBClient):
    """Tortoise's client, with this module's pool."""

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        """Create the pool and open its first connections."""
        return await _Pool(None, **{**_DEFAULTS, **options})


client_class = _Client
"""The name under which Tortoise looks for an engine's client."""
