"""Helpers for tests of the embedded PostgreSQL server: processes that run one, queries, and process ids."""

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
    """Return the first column of the first row of a query."""
    return asyncio.run(_fetch_value(url, query))


async def _fetch_value(url: str, query: str) -> object:
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def start_owner(data_dir: Path, *prefix: str, **env: str) -> subprocess.Popen[str]:
    """Start a process that runs a PostgreSQL server in a data directory, prints its URL and waits for its stdin to close."""
    command = [*prefix, sys.executable, "-c", OWNER_SCRIPT, str(data_dir)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # Another user could not write what coverage measures.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")} | env
    return subprocess.Popen(command, **pipes, text=True, env=variables)  # type: ignore[call-overload,no-any-return]


def read_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Close the stdin of a process that runs a server, wait until it exits, and return its exit code and standard error."""
    _, stderr = process.communicate("", timeout=60)
    return process.returncode, stderr


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=60)


def server_pids(data_dir: Path) -> list[int]:
    """Return the ids of the PostgreSQL processes whose working directory is this data directory."""
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(data_dir):
                pids.append(int(process.name))
        except OSError:
            continue
    return pids


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met within a minute"
        time.sleep(0.02)
