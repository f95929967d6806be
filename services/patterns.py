"""Patterns that administrators write, matched by RE2: in time linear in the text, whatever the pattern."""

from functools import lru_cache

import re2  # type: ignore[import-untyped]


def is_pattern(pattern: str) -> bool:
    """Whether RE2 understands the pattern."""
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False  # RE2 writes to stderr otherwise
    return re2.compile(pattern, options)
