"""Logging of warnings and of the server's activity, but never of user input.

Everything is logged through the standard library's ``logging``. structlog formats each line as JSON or, if standard
error is a terminal, as readable text. Apart from its message, a line contains only the fields that are listed here.
"""

import logging
import sys

from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, TimeStamper
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.types import EventDict, Processor, WrappedLogger

from server.observability.tracebacks import safe_traceback

ROOT_LOGGER = "trackers"
FIELDS = ("request_id", "method", "route", "status", "milliseconds", "member_id", "operation", "fields", "errors")
"""The fields that a line may have besides its message; ``docs/operate/index.md`` explains them."""


def configure_logging() -> None:
    """Configure logging to standard error, with one line per entry.

    Libraries only log at WARNING and above: at lower levels, uvicorn logs URLs with their query strings, and Tortoise
    logs the parameters of statements.
    """
    is_terminal = sys.stderr.isatty()
    render: Processor = ConsoleRenderer(exception_formatter=plain_traceback) if is_terminal else JSONRenderer()
    formatter = ProcessorFormatter(
        processors=[ProcessorFormatter.remove_processors_meta, render],
        foreign_pre_chain=[
            TimeStamper(fmt="iso"),
            add_log_level,
            add_logger_name,
            ExtraAdder(allow=FIELDS),
            _remove_messages,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(ROOT_LOGGER).setLevel(logging.INFO)
    # The pool warns about every failed attempt to connect, but ``outage`` logs once that the database is unavailable.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)


def _remove_messages(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Reduce an exception to types and source lines, and a library's message to its first line.

    In the lines after the first, asyncio describes the failed tasks, including the messages of their exceptions.
    """
    if not str(entry["logger"]).startswith(ROOT_LOGGER):
        entry["event"] = str(entry["event"]).partition("\n")[0]
    entry.pop("stack_info", None)
    exc_info = entry.pop("exc_info", None)
    if exc_info and exc_info[1] is not None:
        entry["exception"] = "\n".join(safe_traceback(exc_info[1]))
    return entry
