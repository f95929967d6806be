"""Wake-ups of other processes by NOTIFY: collected in a transaction, and sent once it has been committed.

PostgreSQL holds one lock for its whole cluster while a transaction with a pending NOTIFY commits, so that such
transactions would flush their commits one after the other. Therefore wake-ups have a connection of their own, on which
one statement at a time sends all that have been collected meanwhile. This process's own listeners need not wait for it.

A wake-up only says that there is something to read. One that is lost, because the process was killed after the commit
or the connection was lost, delays what polling finds anyway; one too many does no harm.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import asyncpg

SEND_TIMEOUT = 5.0
"""Seconds for connecting and for a statement, and for what is left to send when the process ends."""

NOTIFY = "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS wake_up(channel, payload)"
"""The statement that sends wake-ups."""
_ORIGIN = secrets.token_hex(4)  # follows the subject in a payload, by which a process recognises its own wake-ups
_log = logging.getLogger("trackers.database")

Callback = Callable[[str], None]


class WakeUp(NamedTuple):
    """A wake-up of the listeners on a channel about a subject, such as the id of a row."""

    channel: str
    subject: str


@dataclass(slots=True)
class _Collection:
    """The wake-ups of a transaction; ``complete`` once all of its statements have succeeded."""

    wake_ups: dict[WakeUp, None] = field(default_factory=dict)
    complete: bool = False


_collection: ContextVar[_Collection | None] = ContextVar("wake_ups", default=None)
_local_listeners: list[tuple[str, Callback]] = []
_senders: list["WakeUpSender"] = []


def announce(wake_ups: Iterable[WakeUp]) -> None:
    """Wake the listeners of all processes once the caller's transaction has been committed, or now if there is none."""
    collection = _collection.get()
    if collection is None:
        _send(dict.fromkeys(wake_ups))
    else:
        collection.wake_ups.update(dict.fromkeys(wake_ups))


@contextlib.contextmanager
def sent_after_commit() -> Iterator[_Collection]:
    """Collect the wake-ups announced in the block, which runs a transaction; drop them if it is rolled back.

    If the commit itself fails, PostgreSQL may still have made it, so that the wake-ups are sent.
    """
    collection = _Collection()
    token = _collection.set(collection)
    try:
        yield collection
    finally:
        _collection.reset(token)
        if collection.complete and collection.wake_ups:
            announce(collection.wake_ups)


@contextlib.contextmanager
def listening_locally(listeners: Iterable[tuple[str, Callback]]) -> Iterator[None]:
    """Call the callback of each pair with the subject of every wake-up that this process sends on its channel."""
    added = list(listeners)
    _local_listeners.extend(added)
    try:
        yield
    finally:
        for listener in added:
            _local_listeners.remove(listener)


def subject_of(payload: str) -> str | None:
    """Return the subject of a NOTIFY's payload, or None if this process sent it and has heard of it already."""
    subject, _, origin = payload.partition(" ")
    return None if origin == _ORIGIN else subject


@contextlib.asynccontextmanager
async def sending_wake_ups(credentials: Mapping[str, object]) -> AsyncIterator[None]:
    """Send the wake-ups of this process during the block; at its end, wait until the last have been sent."""
    sender = WakeUpSender(credentials)
    _senders.append(sender)
    try:
        yield
    finally:
        _senders.remove(sender)
        await sender.close()


def _send(wake_ups: Mapping[WakeUp, None]) -> None:
    sender = _senders[-1]
    if asyncio.get_running_loop() is not sender.loop:  # as in a thread with an event loop of its own
        sender.loop.call_soon_threadsafe(_send, wake_ups)
        return
    for wake_up in wake_ups:
        for channel, callback in _local_listeners:
            if channel == wake_up.channel:
                callback(wake_up.subject)
    sender.send(wake_ups)


class WakeUpSender:
    """Sends wake-ups on a connection of its own, which is opened with the first of them."""

    def __init__(self, credentials: Mapping[str, object]) -> None:
        self.loop = asyncio.get_running_loop()
        self._credentials: dict[str, Any] = {**credentials, "timeout": SEND_TIMEOUT, "command_timeout": SEND_TIMEOUT}
        self._pending: dict[WakeUp, None] = {}
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_failing = False

    def send(self, wake_ups: Mapping[WakeUp, None]) -> None:
        """Send wake-ups in the background, each once even if it is repeated before it could be sent."""
        self._pending.update(wake_ups)
        if self._pending and (self._task is None or self._task.done()):
            self._task = self.loop.create_task(self._send_pending(), context=Context())

    async def close(self) -> None:
        """Wait for what has yet to be sent, and close the connection."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=2 * SEND_TIMEOUT)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._disconnect()

    async def _send_pending(self) -> None:
        while self._pending:
            wake_ups, self._pending = self._pending, {}
            try:
                await self._notify(wake_ups)
                self._is_failing = False
            except Exception as error:
                if not self._is_failing:
                    self._is_failing = True
                    _log.warning(
                        "wake-ups could not be sent, so others find the changes later: %s", type(error).__name__
                    )

    async def _notify(self, wake_ups: Iterable[WakeUp]) -> None:
        """Send wake-ups with one statement; on another connection if this one turns out to be lost."""
        channels = [wake_up.channel for wake_up in wake_ups]
        payloads = [f"{wake_up.subject} {_ORIGIN}" for wake_up in wake_ups]
        while True:
            is_new = self._connection is None
            try:
                if self._connection is None:
                    self._connection = await asyncpg.connect(**self._credentials)
                await self._connection.execute(NOTIFY, channels, payloads)
            except Exception:
                await self._disconnect()
                if is_new:
                    raise
            else:
                return

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)
