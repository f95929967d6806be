"""Counting the SQL statements of a request, in PostgreSQL's own log, while nothing is measured."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from server.setting_values import database_credentials
from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import Workload
from tests.benchmark.servers import Server, send_once
from tests.support.databases.postgres import administer

REQUESTS = 10
"""How many requests are counted: a server may also have statements of its own to run now and then."""


@asynccontextmanager
async def logged_statements(postgres: str) -> AsyncIterator[None]:
    """Have PostgreSQL log every statement with the name of its database during the block."""
    reload = "SELECT pg_reload_conf()"
    await administer(
        postgres, "ALTER SYSTEM SET log_statement = 'all'", "ALTER SYSTEM SET log_line_prefix = '%d '", reload
    )
    await asyncio.sleep(0.5)  # the reload reaches every process in a moment
    try:
        yield
    finally:
        await administer(postgres, "ALTER SYSTEM RESET log_statement", "ALTER SYSTEM RESET log_line_prefix", reload)
        await asyncio.sleep(0.5)


async def count_statements(servers: Sequence[Server], workload: Workload, size: Size, log: Path) -> list[float]:
    """Return the statements of each server for one request, on average. Statements must be logged."""
    return [await _count(server, workload, size, log) for server in servers]


async def _count(server: Server, workload: Workload, size: Size, log: Path) -> float:
    (variables, *_) = workload.variables(size)
    await send_once(server, workload, variables)  # what a process reads but once
    before = log.stat().st_size
    for _ in range(REQUESTS):
        await send_once(server, workload, variables)
    with log.open("rb") as lines:
        lines.seek(before)
        name = str(database_credentials(server.database_url)["database"]).encode()
        prefixes = (name + b" LOG:  execute ", name + b" LOG:  statement: ")
        return sum(line.startswith(prefixes) for line in lines) / REQUESTS
