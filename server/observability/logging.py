"""Logging: warnings, and what the server does, but never a value that somebody entered.

All of it goes through the standard library's ``logging``; structlog formats the lines. A line is JSON, or readable text
where standard error is a terminal. Beside its text it holds only the fields that are named here.
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
"""The fields that a line may have beside its text; ``docs/guides/operators.md`` says what they mean."""


def configure_logging() -> None:
    """Log to standard error, one line an entry.

    Libraries log from WARNING on only: below it uvicorn writes URLs with their query strings, and Tortoise the values
    of statements.
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
    # The pool warns at each attempt that fails; that the database is away is logged once, by ``outage``.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)


def _remove_messages(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Reduce an exception to types and source lines, and a library's message to its first line.

    Below its first line asyncio writes the tasks that failed, with the messages of their exceptions.
    """
    if not str(entry["logger"]).startswith(ROOT_LOGGER):
        entry["event"] = str(entry["event"]).partition("\n")[0]
    entry.pop("stack_info", None)
    exc_info = entry.pop("exc_info", None)
    if exc_info and exc_info[1] is not None:
        entry["exception"] = "\n".join(safe_traceback(exc_info[1]))
    return entry
