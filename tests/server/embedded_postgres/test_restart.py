"""Tests that a running server restarts the embedded PostgreSQL whenever it has stopped."""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL

import httpx
import pytest

from server.embedded_postgres.server import embedded_postgres
from tests.support.servers.trackers import Server, environment, run_server


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_killed_postgresql_is_started_again(folder: Path, workers: str) -> None:
    async with run_server(folder, environment(), "--workers", workers) as server:
        await _wait_until_ready(server)
        killed_pid = _postmaster(folder)
        os.kill(killed_pid, SIGKILL)
        await _wait_for_new_postmaster(folder, old_pid=killed_pid)
        await _wait_until_ready(server)
    assert not _pid_file(folder).exists()


async def test_the_server_restarts_postgresql_when_the_command_that_started_it_ends(folder: Path) -> None:
    (folder / "var").mkdir(mode=0o700)
    with ExitStack() as command:
        command.enter_context(embedded_postgres(folder / "var" / "postgres", log=folder / "var" / "postgres.log"))
        first_pid = _postmaster(folder)
        async with run_server(folder, environment()) as server:
            await _wait_until_ready(server)
            assert _postmaster(folder) == first_pid
            command.close()
            await _wait_for_new_postmaster(folder, old_pid=first_pid)
            await _wait_until_ready(server)
        assert not _pid_file(folder).exists()


def _pid_file(folder: Path) -> Path:
    return folder / "var" / "postgres" / "postmaster.pid"


def _postmaster(folder: Path) -> int:
    return int(_pid_file(folder).read_text().split()[0])


async def _wait_for_new_postmaster(folder: Path, *, old_pid: int) -> None:
    async with asyncio.timeout(40):
        while not (_pid_file(folder).exists() and _pid_file(folder).read_text()) or _postmaster(folder) == old_pid:
            await asyncio.sleep(0.05)


async def _wait_until_ready(server: Server) -> None:
    async with asyncio.timeout(40), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                response = await client.get(f"{server.address}/health/ready")
            except httpx.TransportError:  # no worker listens yet
                response = None
            if response is not None and response.status_code == 200:
                return
            await asyncio.sleep(0.1)
