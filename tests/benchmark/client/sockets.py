"""Opening WebSockets that subscribe to notifications, adding notifications, and taking the time until they are received.

A notification is added in a transaction that also wakes its listeners. Its time runs from just before COMMIT is sent, with
``synchronous_commit`` off, so that no disk is measured, until the last socket that it concerns has the whole frame.
"""

import asyncio
import os
import resource
import struct
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson

CONNECTING = 20
"""How many sockets are being connected at a time."""
TIMEOUT = 120.0
"""Seconds for connecting all sockets, and for each event."""

ADD = """
WITH counted AS (
    UPDATE inbox SET cursor = cursor + 1 WHERE member_id = ANY($1) RETURNING member_id, cursor
)
INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at)
SELECT gen_random_uuid(), member_id, cursor, 'ASSIGNED', $2, $3, now() FROM counted
"""
WAKE = "SELECT pg_notify($2, id::text) FROM unnest($1::uuid[]) AS member (id)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketJob:
    """What is to be done. ``sockets`` has the port, the access token and the member of each."""

    sockets: Sequence[tuple[int, str, UUID]]
    document: str
    credentials: dict[str, Any]
    channel: str
    tracker_id: UUID
    actor_id: UUID
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """The seconds until the last receipt of each event, and a frame as it was received."""

    latencies: Sequence[float]
    frame: bytes
    cpu_seconds: float


@dataclass(slots=True)
class Receipts:
    """What the sockets of this process have received of the present event."""

    expected: int = 0
    last_at: float = 0.0
    frame: bytes = b""
    error: str = ""
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def expect(self, number: int) -> None:
        """Begin an event that this many sockets will receive."""
        self.expected = number
        self.complete.clear()

    def receive(self, frame: bytes) -> None:
        """Count a frame."""
        self.last_at, self.frame = time.perf_counter(), frame
        self.expected -= 1
        if self.expected == 0:
            self.complete.set()

    def fail(self, error: str) -> None:
        """End the present event with an error."""
        self.error = error
        self.complete.set()


class Socket(asyncio.Protocol):
    """A WebSocket client that reads whole frames of text, answers pings, and passes on what a subscription sends."""

    def __init__(self, port: int, token: str, payload: Mapping[str, Any], receipts: Receipts) -> None:
        self._handshake = (
            f"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-key: {b64encode(os.urandom(16)).decode()}\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
        )
        self._init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        self._subscribe = {"type": "subscribe", "id": "1", "payload": payload}
        self._receipts = receipts
        self._buffer = b""
        self._upgraded = False
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._handshake.encode())

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            assert head.startswith(b"HTTP/1.1 101 "), head
            self._upgraded, self._buffer = True, rest
            self._send(0x81, orjson.dumps(self._init))
        while (frame := _split_frame(self._buffer)) is not None:
            opcode, payload, self._buffer = frame
            self._handle(opcode, payload)

    def _handle(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self._send(0x8A, payload)
        elif b'"connection_ack"' in payload:
            self._send(0x81, orjson.dumps(self._subscribe))
            # Answered when the subscription has been read: servers read messages in order.
            self._send(0x81, b'{"type":"ping"}')
        elif payload == b'{"type":"pong"}':
            self.subscribed.set_result(None)
        elif b'"next"' in payload:
            self._receipts.receive(payload)
        elif opcode == 8:
            self._transport.close()
        else:
            self._receipts.fail(f"a socket of the benchmark received {payload!r}")

    def _send(self, first: int, payload: bytes) -> None:
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else struct.pack("!BH", 0x80 | 126, length)
        self._transport.write(bytes([first]) + size + bytes(4) + payload)  # masked with zeros

    def close(self) -> None:
        """Close with 1000, and do not wait for the answer."""
        self._send(0x88, struct.pack("!H", 1000))
        self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.subscribed.done():
            self.subscribed.set_exception(error or ConnectionResetError())


def _split_frame(buffer: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the opcode and the payload of the first frame, and what follows; None if it is not complete yet."""
    if len(buffer) < 2:
        return None
    length, start = buffer[1], 2
    if length == 126:
        length, start = int.from_bytes(buffer[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(buffer[2:10], "big"), 10
    end = start + length
    return (buffer[0] & 15, buffer[start:end], buffer[end:]) if len(buffer) >= end and len(buffer) >= start else None


async def open_sockets(job: SocketJob, receipts: Receipts, cursors: Mapping[UUID, int]) -> list[Socket]:
    """Connect all sockets, and subscribe to what comes after each member's cursor."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    slots, loop = asyncio.Semaphore(CONNECTING), asyncio.get_running_loop()

    async def connect(port: int, token: str, member: UUID) -> Socket:
        payload = {"query": job.document, "variables": {"after": str(cursors[member])}}
        async with slots:
            _, socket = await loop.create_connection(lambda: Socket(port, token, payload, receipts), "127.0.0.1", port)
            await socket.subscribed
            return socket

    return await asyncio.gather(*(connect(*socket) for socket in job.sockets))


async def push(job: SocketJob, wait_for_start: Callable[[], None]) -> Pushes:
    """Open the sockets, call ``wait_for_start``, and take the time of each event."""
    receipts, latencies = Receipts(), []
    connection = await asyncpg.connect(**job.credentials)
    await connection.execute("SET synchronous_commit = off")
    members = [member for _, _, member in job.sockets]
    rows = await connection.fetch("SELECT member_id, cursor FROM inbox WHERE member_id = ANY($1)", members)
    async with asyncio.timeout(TIMEOUT):
        sockets = await open_sockets(job, receipts, dict(rows))
        # When everybody has received one event, every subscription is known to be active.
        await _add(connection, job, receipts, sorted(set(members)), len(members))
    wait_for_start()
    chosen = Random(1).choices(members, k=job.events)
    for member in chosen:
        async with asyncio.timeout(TIMEOUT):
            latencies.append(await _add(connection, job, receipts, [member], members.count(member)))
    await connection.close()
    for socket in sockets:
        socket.close()
    return Pushes(latencies=latencies, frame=receipts.frame, cpu_seconds=time.process_time())


async def _add(connection: Any, job: SocketJob, receipts: Receipts, members: list[UUID], expected: int) -> float:
    """Add a notification for each of these members, and return the seconds until all have been received."""
    receipts.expect(expected)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(ADD, members, job.tracker_id, job.actor_id)
    await connection.execute(WAKE, members, job.channel)
    began_at = time.perf_counter()
    await transaction.commit()
    await receipts.complete.wait()
    if receipts.error:
        raise RuntimeError(receipts.error)
    return receipts.last_at - began_at
