"""Test of ``examples/listen.py``, the client of the walk-through."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT, default_int_handler, signal

import pytest

from tests.support.paths import ROOT
from tests.support.scenarios.staff import PASSWORD, make_staff
from tests.support.servers.trackers import environment, run_server

pytestmark = pytest.mark.server


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let processes be started that SIGINT ends, even if these tests run in a shell's background, where it is ignored."""
    previous = signal(SIGINT, default_int_handler)
    yield
    signal(SIGINT, previous)


@pytest.mark.usefixtures("interruptible")
async def test_ctrl_c_ends_it_without_a_traceback(database: str, folder: Path) -> None:
    await make_staff()
    async with run_server(folder, environment(database)) as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "examples" / "listen.py"), "ada@example.org"),
            env=environment(TRACKERS_PUBLIC_URL=server.address),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # without a terminal, the password is read from standard input
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{PASSWORD}\n".encode())
        async with asyncio.timeout(60):
            while (await process.stdout.readline()).strip() != b"listening":
                assert process.returncode is None
            process.send_signal(SIGINT)
            _, errors = await process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in errors
