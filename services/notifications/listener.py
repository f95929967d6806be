"""Listening on PostgreSQL's NOTIFY channels, to wake the subscriptions of this process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import asyncpg

from models.wake_ups import Callback, listening_locally, subject_of
from services.kernel.channels import INBOX, SESSIONS, TRACKER_CHANGES
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams

_RECONNECT_SECONDS = 1.0
_log = logging.getLogger("trackers.inbox")


@dataclass(slots=True)
class ListenState:
    """Whether this process is listening now, and whether it ever has. While it is not, polling delivers late."""

    is_listening: bool = False
    has_listened: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def listening(
    reader: InboxReader,
    credentials: Mapping[str, Any],
    streams: TrackerStreams | None = None,
    revalidate: Callback = lambda _: None,
    state: ListenState | None = None,
) -> AsyncIterator[None]:
    """Run the inbox reader and the tracker streams within the context, woken by NOTIFY messages.

    ``revalidate`` is called with the id of each member whose sessions have ended. ``state`` is kept up to date.
    """
    streams = streams or TrackerStreams()
    callbacks: list[tuple[str, Callback]] = [(INBOX, reader.wake), (TRACKER_CHANGES, streams.wake)]
    callbacks += [(SESSIONS, callback) for callback in (reader.revalidate, streams.revalidate, revalidate)]
    tasks = [
        asyncio.create_task(reader.run()),
        asyncio.create_task(streams.run()),
        asyncio.create_task(_listen(callbacks, credentials, state or ListenState())),
    ]
    try:
        with listening_locally(callbacks):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(
    callbacks: Sequence[tuple[str, Callback]], credentials: Mapping[str, Any], state: ListenState
) -> None:
    """Listen on a connection, and reconnect whenever it is lost; polling makes up for missed notifications."""
    last_logged: type[Exception] | None = None
    while True:
        connection_lost = asyncio.Event()
        try:
            connection = await asyncpg.connect(**credentials)
            last_logged = None
            try:
                connection.add_termination_listener(lambda _, connection_lost=connection_lost: connection_lost.set())
                for channel, callback in callbacks:
                    await connection.add_listener(channel, partial(_on_notify, callback))
                state.is_listening = True
                state.has_listened.set()
                await connection_lost.wait()
            finally:
                state.is_listening = False
                await connection.close(timeout=1)
        except Exception as error:
            if type(error) is not last_logged:
                last_logged = type(error)
                _log.warning("LISTEN connection lost, reconnecting: %s", last_logged.__name__)
        await asyncio.sleep(_RECONNECT_SECONDS)


def _on_notify(callback: Callback, _connection: object, _backend: int, _channel: str, payload: object) -> None:
    if (subject := subject_of(str(payload))) is not None:
        callback(subject)
