"""Tests of several workers behind one address: their start, their shutdown, and the replacement of killed ones."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from signal import SIGINT, SIGKILL

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


def workers_of(server: Server) -> list[int]:
    """Return the process ids of the workers."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


async def test_the_address_is_announced_when_all_listen_and_all_stop_in_order(server: Server) -> None:
    async with AsyncExitStack() as stack:
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"{server.address}/health/ready")).status_code == 200
        token = await server.sign_in("ada@example.org", PASSWORD)
        sockets = [await stack.enter_async_context(open_socket(server, token)) for _ in range(6)]
        processes = workers_of(server)
        assert len(processes) == 2
        assert await server.stop() == 0
        assert [await wait_closed(socket) for socket in sockets] == [GOING_AWAY] * 6
    assert [process for process in processes if Path(f"/proc/{process}").exists()] == []
    assert "Traceback" not in server.log.read_text()


async def test_a_killed_worker_is_replaced(server: Server) -> None:
    first, second = workers_of(server)
    os.kill(first, SIGKILL)
    async with asyncio.timeout(60):
        while len(current := workers_of(server)) < 2 or first in current:
            await asyncio.sleep(0.05)
    assert second in current
    assert await server.ask("{ __typename }") == {"data": {"__typename": "Query"}}
    (replacement,) = set(current) - {second}
    message = f"worker {first} was killed by SIGKILL; worker {replacement} replaces it"
    assert [line["level"] for line in wait_for_lines(server.log, event=message)] == ["error"]
    server.signal(SIGINT)
    async with asyncio.timeout(60):
        assert await server.process.wait() == 0


async def test_a_worker_that_cannot_start_ends_the_command(database: str, folder: Path) -> None:
    """The command's own checks pass, but the workers cannot load the tracker types from the renamed table."""
    await fetch("ALTER TABLE tracker_type RENAME TO gone")
    with pytest.raises(AssertionError, match=r"(?s)the server exited: .*startup failed"):
        async with run_server(folder, environment(database), "--workers", "2"):
            pass
