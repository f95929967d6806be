"""Tracebacks that the log may show: types and source lines, never an exception's message.

The message of a database's error may hold a user's values, and so may any other.
"""

import traceback
from collections.abc import Iterator


def safe_traceback(error: BaseException) -> list[str]:
    """Return the type of an exception and of each of its causes, each followed by its stack frames."""
    lines: list[str] = []
    for exception in with_causes(error):
        lines.append(f"{type(exception).__module__}.{type(exception).__qualname__}")
        lines.extend(
            f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}"
            for frame, line in traceback.walk_tb(exception.__traceback__)
        )
    return lines


def with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, its causes and, of an exception group, its members, each once."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        exception = pending.pop()
        if exception is None or id(exception) in seen:
            continue
        seen.add(id(exception))
        yield exception
        if isinstance(exception, BaseExceptionGroup):
            pending.extend(exception.exceptions)
        pending.append(exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__))
