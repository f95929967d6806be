"""What is logged: warnings, what the server does, and never a value that somebody entered.

Everything goes through `logging`, whoever says it; structlog only writes it down. A line is JSON, or for people
where standard error is a terminal. Beside its text it holds no fields but those named here.
"""

import logging
import sys

from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, TimeStamper
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.types import EventDict, Processor, WrappedLogger

from server.observability.tracebacks import safe_traceback

OWN = "trackers"
FIELDS = ("request_id", "method", "route", "status", "milliseconds", "member_id", "operation", "fields", "errors")
"""What a line may say beside its text; what these mean is told in `docs/guides/operators.md`."""


def configure_logs() -> None:
    """Log to standard error, one line an entry.

    Libraries speak from WARNING on only: below it uvicorn writes addresses with their query strings, and Tortoise
    the values of statements.
    """
    for_people = sys.stderr.isatty()
    write: Processor = ConsoleRenderer(exception_formatter=plain_traceback) if for_people else JSONRenderer()
    formatter = ProcessorFormatter(
        processors=[ProcessorFormatter.remove_processors_meta, write],
        foreign_pre_chain=[
            TimeStamper(fmt="iso"),
            add_log_level,
            add_logger_name,
            ExtraAdder(allow=FIELDS),
            _without_messages,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OWN).setLevel(logging.INFO)
    # The pool warns at each try that fails; that the database is away is told once, by `outage`.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)


def _without_messages(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Of an exception only types and places; of what a library says only the first line.

    Below its first line asyncio writes the tasks that failed, with what their errors say.
    """
    if not str(entry["logger"]).startswith(OWN):
        entry["event"] = str(entry["event"]).partition("\n")[0]
    entry.pop("stack_info", None)
    exc_info = entry.pop("exc_info", None)
    if exc_info and exc_info[1] is not None:
        entry["exception"] = "\n".join(safe_traceback(exc_info[1]))
    return entry
