"""A bug as the log may show it: its types and the places it came through, never its message.

A database's message may hold a user's values, and so may any other.
"""

import traceback
from collections.abc import Iterator


def safe_traceback(bug: BaseException) -> list[str]:
    """The type of a bug and of each of its causes, each followed by the places it came through."""
    lines: list[str] = []
    for one in and_causes(bug):
        lines.append(f"{type(one).__module__}.{type(one).__qualname__}")
        lines.extend(
            f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}"
            for frame, line in traceback.walk_tb(one.__traceback__)
        )
    return lines


def and_causes(bug: BaseException | None) -> Iterator[BaseException]:
    """A bug, and whatever it was raised because of or together with, each once."""
    seen: set[int] = set()
    waiting = [bug]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
