"""Embedded PostgreSQL servers in tests: a process that owns one, queries, and the processes in a data folder."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from server.setting_values import database_credentials

OWNER_SCRIPT = (
    "import sys; from pathlib import Path; from server.embedded_postgres.server import embedded_postgres\n"
    "data = Path(sys.argv[1])\n"
    "with embedded_postgres(data, log=data.parent / 'log', durable=False) as url:\n"
    "    print(url, flush=True)\n"
    "    sys.stdin.read()\n"
)


def fetch_value(url: str, query: str) -> object:
    return asyncio.run(_ask(url, query))


async def _ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def start_owner(data: Path, *prefix: str, **environ: str) -> subprocess.Popen[str]:
    """Start a process that starts the folder's PostgreSQL, prints its URL and waits."""
    command = [*prefix, sys.executable, "-c", OWNER_SCRIPT, str(data)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **pipes, text=True, env=os.environ | environ)  # type: ignore[call-overload,no-any-return]


def read_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Let the process end; return its exit code and standard error."""
    _, errors = process.communicate("", timeout=60)
    return process.returncode, errors


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=60)


def server_pids(data: Path) -> list[int]:
    """Return the processes of PostgreSQL in this data folder, which is the working directory of each."""
    numbers = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(data):
                numbers.append(int(process.name))
        except OSError:
            continue
    return numbers


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.02)
