"""Tracebacks that are safe to log: types and source lines, but no exception messages.

The messages of database errors, like those of any other exception, may contain user input.
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
    """Yield an exception, its causes and the members of exception groups, without duplicates."""
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
