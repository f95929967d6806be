"""The database engine of Tortoise's configuration: its asyncpg client, with a pool that releases connections cheaply."""

from inspect import Parameter, signature
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

_DEFAULTS = {
    parameter.name: parameter.default
    for parameter in signature(asyncpg.create_pool).parameters.values()
    if parameter.kind is Parameter.KEYWORD_ONLY
}


class _Pool(asyncpg.Pool):
    """asyncpg's pool, which starts a task to release a connection, except where nothing of that could be cancelled.

    The task costs about as much as a short statement: half of the pool's time, in another turn of the event loop.
    """

    __slots__ = ()

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the signature is asyncpg's
        """Return a connection to the pool, at once if there is nothing to wait for."""
        if not self._can_release_at_once(connection):
            await super().release(connection, timeout=timeout)
            return
        connection._con._on_release()
        connection._holder._release()
        connection._holder._setup_inactive_callback()

    def _can_release_at_once(self, connection: Any) -> bool:
        """Return whether releasing a connection neither closes nor resets it, nor waits for a cancellation."""
        raw = connection._con
        if raw is None or raw.is_closed() or raw.is_in_transaction() or raw._listeners or raw._log_listeners:
            return False
        holder, protocol = connection._holder, raw._protocol
        return (
            not protocol._is_cancelling()
            and protocol.queries_count < holder._max_queries
            and holder._generation == cast(Any, self)._generation
        )


class _Client(AsyncpgDBClient):
    """Tortoise's client, with this module's pool."""

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        """Create the pool and open its first connections."""
        return await _Pool(None, **{**_DEFAULTS, **options})


client_class = _Client
"""The name under which Tortoise looks for an engine's client."""
