"""Patterns that administrators write, matched by RE2: in time linear in the text, whatever the pattern.

A browser checks the same pattern with ``new RegExp("^(?:" + pattern + ")$", "u")``, so only the syntax that both have is
accepted; what only one has (lookarounds, ``\\Q``, POSIX classes, escapes of other letters) is not.
"""

import re
from functools import lru_cache

import re2  # type: ignore[import-untyped]

MAX_PATTERN_LENGTH = 1_000

_MAX_MEMORY = 4 * 1024 * 1024
"""The bytes that RE2 may use for one pattern: enough for 100 letters of any script, compiled in a tenth of a second."""

_CATEGORY = r"\\[pP]\{(?:L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cf]?)\}"
_SET = rf"\\[dDwWsS]|{_CATEGORY}"
_SYNTAX = r"\^$\\.*+?()\[\]{}|/"
_ESCAPE = rf"\\[{_SYNTAX}tnrfv]|\\x[0-9A-Fa-f]{{2}}"
_LISTED = rf"[^\\\[\]-]|{_ESCAPE}|\\-"
_CLASS = rf"\[(?:\^(?!\])|(?![\^\]]))-?(?:(?:{_LISTED})(?:-(?:{_LISTED}))?|{_SET})*-?\]"
_TOKEN = re.compile(
    rf"(?P<atom>[^{_SYNTAX}]|/|\.|{_ESCAPE}|{_SET}|{_CLASS}|\))"
    r"|(?P<repeat>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??)"
    r"|(?P<other>\((?:\?:|\?<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>|(?!\?))|\||\^|\$|\\[bB])"
)


def is_pattern(pattern: str) -> bool:
    """Return whether RE2 and JavaScript both understand the pattern, and it has at most ``MAX_PATTERN_LENGTH`` characters."""
    if len(pattern) > MAX_PATTERN_LENGTH or "\0" in pattern or not _is_common(pattern):
        return False
    try:
        _compiled(pattern)
    except (re2.error, UnicodeEncodeError):  # a lone surrogate is no text
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the whole text."""
    return _compiled(pattern).fullmatch(text) is not None


def _is_common(pattern: str) -> bool:
    """Return whether it has only common syntax: each repetition after what can be repeated, each group's name once."""
    at, repeatable = 0, False
    names: set[str] = set()
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None or (token.lastgroup == "repeat" and not repeatable) or token["name"] in names:
            return False
        names |= {token["name"]} - {None}
        at, repeatable = token.end(), token.lastgroup == "atom"
    return True


@lru_cache(maxsize=200)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False  # RE2 writes to stderr otherwise
    options.max_mem = _MAX_MEMORY
    return re2.compile(pattern, options)
