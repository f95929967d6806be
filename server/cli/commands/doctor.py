"""The command that checks the installation."""

import asyncio
import contextlib
import sys

from server.cli import output
from server.cli.commands.checks import check_installation
from server.cli.output import stdout
from server.database import database_server


def doctor() -> None:
    """Print the result of every check, and exit with code 1 if one fails."""
    settings = output.load_settings()

    async def work(url: str | None) -> bool:
        results = [result async for result in check_installation(settings, url)]
        for state, line in results:
            stdout.print(f"{state:<5} {line}")
        return all(state != "WRONG" for state, _ in results)

    with contextlib.ExitStack() as stack:
        has_database = settings.database_url or settings.has_embedded_database()
        url = stack.enter_context(database_server(settings)) if has_database else None
        sys.exit(0 if asyncio.run(work(url)) else 1)
