"""Logging of warnings and of the server's activity, but never of user input.

Everything is logged through the standard library's ``logging``, as a line of JSON or, if standard error is a terminal,
as readable text. Apart from its message, a line contains only the fields that are listed here.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from server.observability.tracebacks import safe_traceback

ROOT_LOGGER = "trackers"
FIELDS = ("request_id", "method", "route", "status", "milliseconds", "member_id", "operation", "fields", "errors")
"""The fields that a line may have besides its message; ``docs/operate/index.md`` explains them."""

Entry = dict[str, Any]


def configure_logging() -> None:
    """Configure logging to standard error, with one line per entry.

    Libraries only log at WARNING and above: at lower levels, uvicorn logs URLs with their query strings, and Tortoise
    logs the parameters of statements.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(_console_renderer() if sys.stderr.isatty() else json.JSONEncoder().encode))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(ROOT_LOGGER).setLevel(logging.INFO)
    # The pool warns about every failed attempt to connect, but ``outage`` logs once that the database is unavailable.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
    # Facts about the thread, the process and the task, which no line contains.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _console_renderer() -> Callable[[Entry], str]:
    from structlog.dev import ConsoleRenderer, plain_traceback  # only a terminal needs it

    renderer = ConsoleRenderer(exception_formatter=plain_traceback)
    return lambda entry: renderer(None, "", entry)


class LineFormatter(logging.Formatter):
    """Formats log records as lines: ``render`` gets the names and values of one line."""

    def __init__(self, render: Callable[[Entry], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, with the fields that are listed here."""
        values = record.__dict__
        entry = {
            "event": _message(record),
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        entry |= {name: values[name] for name in FIELDS if name in values}
        if record.exc_info and record.exc_info[1] is not None:
            entry["exception"] = "\n".join(safe_traceback(record.exc_info[1]))
        return self._render(entry)


def _message(record: logging.LogRecord) -> str:
    """Return the message of a record, of which a library's is reduced to its first line.

    In the lines after the first, asyncio describes the failed tasks, including the messages of their exceptions.
    """
    message = record.getMessage()
    return message if record.name.startswith(ROOT_LOGGER) else message.partition("\n")[0]
