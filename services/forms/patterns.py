"""Regular expressions written by administrators, matched by RE2 in time linear in the length of the text.

Browsers check the same pattern with ``new RegExp("^(?:" + pattern + ")$", "u")``, so only syntax that RE2 and JavaScript
share is accepted: no lookarounds, ``\\Q``, POSIX classes or escapes of other letters.
"""

import re
from functools import lru_cache

import re2  # type: ignore[import-untyped]

MAX_PATTERN_LENGTH = 1_000

_MAX_MEMORY = 4 * 1024 * 1024
"""RE2's memory limit for one pattern, in bytes: enough for ``\\p{L}{100}``, which compiles in a tenth of a second."""

_CATEGORY = r"\\[pP]\{(?:L[ulmto]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cf]?)\}"
_CLASS_ESCAPE = rf"\\[dDwWsS]|{_CATEGORY}"
_SYNTAX_CHARACTERS = r"\^$\\.*+?()\[\]{}|/"
_ESCAPE = rf"\\[{_SYNTAX_CHARACTERS}tnrfv]|\\x[0-9A-Fa-f]{{2}}"
_CLASS_MEMBER = rf"[^\\\[\]-]|{_ESCAPE}|\\-"
_CHARACTER_CLASS = rf"\[(?:\^(?!\])|(?![\^\]]))-?(?:(?:{_CLASS_MEMBER})(?:-(?:{_CLASS_MEMBER}))?|{_CLASS_ESCAPE})*-?\]"
_TOKEN = re.compile(
    rf"(?P<atom>[^{_SYNTAX_CHARACTERS}]|/|\.|{_ESCAPE}|{_CLASS_ESCAPE}|{_CHARACTER_CLASS}|\))"
    r"|(?P<repeat>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??)"
    r"|(?P<other>\((?:\?:|\?<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>|(?!\?))|\||\^|\$|\\[bB])"
)


def is_pattern(pattern: str) -> bool:
    """Return whether a pattern is valid in both RE2 and JavaScript and has at most ``MAX_PATTERN_LENGTH`` characters."""
    if len(pattern) > MAX_PATTERN_LENGTH or "\0" in pattern or not _has_common_syntax(pattern):
        return False
    try:
        _compile(pattern)
    except (re2.error, UnicodeEncodeError):  # RE2 takes UTF-8, which cannot encode a lone surrogate
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the whole text."""
    return _compile(pattern).fullmatch(text) is not None


def _has_common_syntax(pattern: str) -> bool:
    """Return whether a pattern uses only the syntax that RE2 and JavaScript share.

    Every quantifier must follow an atom, and group names must be unique.
    """
    position, repeatable = 0, False
    names: set[str] = set()
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None or (token.lastgroup == "repeat" and not repeatable) or token["name"] in names:
            return False
        names |= {token["name"]} - {None}
        position, repeatable = token.end(), token.lastgroup == "atom"
    return True


@lru_cache(maxsize=200)
def _compile(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False  # RE2 writes to stderr otherwise
    options.max_mem = _MAX_MEMORY
    return re2.compile(pattern, options)
