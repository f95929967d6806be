"""Tests of several workers behind one address: their start, their shutdown, and the replacement of killed ones."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGSTOP

import httpx
import pytest
import pytest_asyncio

from models.database import fetch
from tests.support.clients.websocket import open_socket, wait_closed
from tests.support.scenarios.staff import PASSWORD, make_staff
from tests.support.servers.log_lines import wait_for_lines
from tests.support.servers.trackers import Server, environment, run_server

pytestmark = pytest.mark.server

GOING_AWAY = (1001, "Going away")


@pytest_asyncio.fixture
async def server(database: str, folder: Path) -> AsyncIterator[Server]:
    await make_staff()
    async with run_server(folder, environment(database), "--workers", "2") as running_server:
        yield running_server


async def test_the_address_is_announced_when_all_listen_and_all_stop_in_order(server: Server) -> None:
    async with AsyncExitStack() as stack:
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{server.address}/health/ready")).status_code == 200
        token = await server.sign_in("ada@example.org", PASSWORD)
        sockets = [await stack.enter_async_context(open_socket(server, token)) for _ in range(6)]
        processes = server.workers()
        assert len(processes) == 2
        assert await server.stop() == 0
        assert [await wait_closed(socket) for socket in sockets] == [GOING_AWAY] * 6
    assert [process for process in processes if Path(f"/proc/{process}").exists()] == []
    assert "Traceback" not in server.log.read_text()


async def test_a_killed_worker_is_replaced(server: Server) -> None:
    first, second = server.workers()
    os.kill(first, SIGKILL)
    async with asyncio.timeout(60):
        while len(current := server.workers()) < 2 or first in current:
            await asyncio.sleep(0.05)
    assert second in current
    assert await server.ask("{ __typename }") == {"data": {"__typename": "Query"}}
    (replacement,) = set(current) - {second}
    message = f"worker {first} was killed by SIGKILL; worker {replacement} replaces it"
    assert [line["level"] for line in wait_for_lines(server.log, event=message)] == ["error"]
    server.signal(SIGINT)
    async with asyncio.timeout(60):
        assert await server.process.wait() == 0


async def test_workers_are_forked_from_a_single_thread_and_end_with_a_killed_supervisor(server: Server) -> None:
    assert len(list(Path(f"/proc/{server.process.pid}/task").iterdir())) == 1
    workers = server.workers()
    await server.kill()
    async with asyncio.timeout(30):
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            await asyncio.sleep(0.05)


async def test_a_worker_that_cannot_start_ends_the_command(database: str, folder: Path) -> None:
    """The command's own checks pass, but the workers cannot load the tracker types from the renamed table."""
    await fetch("ALTER TABLE tracker_type RENAME TO gone")
    with pytest.raises(AssertionError, match=r"(?s)the server exited: .*startup failed"):
        async with run_server(folder, environment(database), "--workers", "2"):
            pass


def connections_of(process: int, port: int) -> int:
    """Return the number of established connections to a port that a process has accepted."""
    established = {
        columns[9]
        for line in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]
        if (columns := line.split())[3] == "01" and int(columns[1].partition(":")[2], 16) == port
    }
    links = [file.readlink() for file in Path(f"/proc/{process}/fd").iterdir() if file.is_symlink()]
    return len(established & {link.name.removeprefix("socket:[").removesuffix("]") for link in links})


async def _open_connections(stack: AsyncExitStack, port: int, count: int) -> None:
    """Open connections at once, and wait for the answer of a request on each."""
    streams = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(count)))
    for reader, writer in streams:
        stack.callback(writer.close)
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_connections_fall_evenly_on_the_workers(server: Server) -> None:
    port = int(server.address.rpartition(":")[2])
    first, second = server.workers()
    async with AsyncExitStack() as stack:
        await _open_connections(stack, port, 16)
        counts = [connections_of(process, port) for process in (first, second)]
        assert sum(counts) == 16
        assert abs(counts[0] - counts[1]) <= 2
        for _ in range(4):
            await _open_connections(stack, port, 1)
        counts = [connections_of(process, port) for process in (first, second)]
        assert sum(counts) == 20
        assert abs(counts[0] - counts[1]) <= 2


async def test_connections_wait_for_no_worker_that_was_killed_or_hangs(server: Server) -> None:
    port = int(server.address.rpartition(":")[2])
    first, second = server.workers()
    os.kill(first, SIGSTOP)
    async with AsyncExitStack() as stack:
        await _open_connections(stack, port, 6)
        assert connections_of(second, port) == 6
        os.kill(first, SIGKILL)
        await _open_connections(stack, port, 6)
        assert connections_of(second, port) == 12
