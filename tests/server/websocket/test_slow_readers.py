"""Test that the memory for clients that never read does not grow with the number of events."""

import asyncio
import json
import re
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.scenarios.staff import CREATE, PASSWORD, Staff, make_staff
from tests.support.servers.trackers import Server, environment, run_server

pytestmark = pytest.mark.server

CLIENTS = 500
SUBSCRIBE = """
subscription { trackerAssigned(after: "0") {
  cursor tracker { a: description b: description c: description d: description e: description }
} }
"""
EVENT_LENGTH = 50_000  # characters, approximately
UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


async def test_memory_with_500_clients_that_never_read(database: str, folder: Path) -> None:
    members = await make_staff()
    env = environment(database, TRACKERS_SOCKETS_PER_MEMBER="1000", TRACKERS_SOCKETS_PER_ADDRESS="1000")
    async with run_server(folder, env) as server:
        ada, bob = [await server.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        with ExitStack() as stack:
            port = int(server.address.rpartition(":")[2])
            for _ in range(CLIENTS):
                stack.enter_context(await asyncio.to_thread(_open_idle_client, port, bob))
            await _assign(server, ada, members, 4)  # enough to fill the buffers of the operating system
            memory_before = await _resident_memory(server.process.pid)
            await _assign(server, ada, members, 12)
            memory_after = await _resident_memory(server.process.pid)
            # Without a limit, it would have grown by 12 events per client, which is 300 MB.
            assert memory_after - memory_before < 2 * EVENT_LENGTH * CLIENTS
            assert await server.ask("{ __typename }") == {"data": {"__typename": "Query"}}


def _open_idle_client(port: int, token: str) -> socket.socket:
    """Open a client that subscribes to assignments and reads nothing after its ``connection_ack``."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(20)
    client.connect(("127.0.0.1", port))
    client.sendall(UPGRADE.encode())
    _read_until(client, b"\r\n\r\n")
    client.sendall(_frame({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    _read_until(client, b"connection_ack")
    client.sendall(_frame({"type": "subscribe", "id": "1", "payload": {"query": SUBSCRIBE}}))
    return client


def _read_until(client: socket.socket, end: bytes) -> None:
    received = b""
    while end not in received:
        more = client.recv(4096)
        assert more, received
        received += more


def _frame(message: dict[str, Any]) -> bytes:
    """Return a text frame, masked with zeros (RFC 6455, section 5.2)."""
    payload = json.dumps(message).encode()
    return b"\x81\xfe" + len(payload).to_bytes(2, "big") + b"\0\0\0\0" + payload


async def _assign(server: Server, token: str, members: Staff, times: int) -> None:
    for _ in range(times):
        answer = await server.ask(CREATE, token, input=members.tracker_input(description="x" * (EVENT_LENGTH // 5)))
        assert answer["data"]["createTracker"]["errors"] == []


async def _resident_memory(process: int) -> int:
    """Return the resident memory of a process in bytes, once it has used no processor time for a second."""
    cpu_times = [-1]
    while cpu_times[-5:] != cpu_times[-1:] * 5:
        await asyncio.sleep(0.25)
        cpu_times.append(_cpu_time(process))
    (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(kilobytes) * 1024


def _cpu_time(process: int) -> int:
    """Return the CPU time in twentieths of a second, too coarse for the timers of an idle server to be noticed."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) // 5
