"""Regular expressions written by administrators, matched by RE2 in time linear in the length of the text.

Compiling one takes time and memory in proportion to its program, and matching at most the product of program and text.
Both keep the interpreter to themselves, so programs are limited, and compiled outside of the event loop.

Browsers check the same pattern with ``new RegExp("^(?:" + pattern + ")$", "u")``, so only syntax that RE2 and JavaScript
share is accepted: no lookarounds, ``\\Q``, POSIX classes or escapes of other letters.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Any

import re2  # type: ignore[import-untyped]

from services.kernel.computing import compute

MAX_PATTERN_LENGTH = 1_000

_MAX_MEMORY = 512 * 1024
"""RE2's memory limit for one pattern, in bytes: enough for ``\\p{L}{1,25}``, which compiles in some 20 ms."""
_EARLIER_MAX_MEMORY = 4 * 1024 * 1024
"""The limit for patterns of forms that were made with version 0.1.0, which may still have to be matched."""
_MAX_CACHED_BYTES = 16 * 1024 * 1024

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
    """Return whether a pattern is valid in both RE2 and JavaScript, and neither its text nor its program too large."""
    return program_size(pattern) is not None


def program_size(pattern: str) -> int | None:
    """Return the number of instructions of a pattern's program, or None if ``is_pattern`` does not hold."""
    if len(pattern) > MAX_PATTERN_LENGTH or "\0" in pattern or not _has_common_syntax(pattern):
        return None
    try:
        program: int = _cache.compile(pattern, _MAX_MEMORY).programsize
    except (re2.error, UnicodeEncodeError):  # RE2 takes UTF-8, which cannot encode a lone surrogate
        return None
    return program


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the whole text."""
    try:
        compiled = _cache.compile(pattern, _MAX_MEMORY)
    except re2.error:
        compiled = _cache.compile(pattern, _EARLIER_MAX_MEMORY)
    return compiled.fullmatch(text) is not None


async def prepare_patterns(patterns: Iterable[str]) -> None:
    """Compile those patterns that are not at hand, one at a time and outside of the event loop."""
    for pattern in patterns:
        if pattern not in _cache:
            await compute(matches, pattern, "")


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


class _Cache:
    """The most recently used patterns, compiled, up to a number of bytes in total."""

    def __init__(self) -> None:
        self._lock = Lock()  # patterns are compiled in a thread, too
        self._compiled: OrderedDict[str, tuple[re2._Regexp, int]] = OrderedDict()
        self.bytes = 0

    def __contains__(self, pattern: str) -> bool:
        return pattern in self._compiled

    def compile(self, pattern: str, max_memory: int) -> Any:
        """Return a compiled pattern. Raises ``re2.error`` if it is invalid, or takes more memory than this."""
        with self._lock:
            if pattern in self._compiled:
                self._compiled.move_to_end(pattern)
                return self._compiled[pattern][0]
        options = re2.Options()
        options.log_errors = False  # RE2 writes to stderr otherwise
        options.max_mem = max_memory
        compiled = re2.compile(pattern, options)
        self._add(pattern, compiled)
        return compiled

    def _add(self, pattern: str, compiled: Any) -> None:
        size = _FIXED_BYTES + _INSTRUCTION_BYTES * compiled.programsize
        with self._lock:
            if pattern in self._compiled:
                return
            self._compiled[pattern] = compiled, size
            self.bytes += size
            while self.bytes > _MAX_CACHED_BYTES:
                _, (_, evicted) = self._compiled.popitem(last=False)
                self.bytes -= evicted


_FIXED_BYTES, _INSTRUCTION_BYTES = 16_384, 48
"""What a compiled pattern takes: its text and the states that matching keeps, and its program forwards and backwards."""
_cache = _Cache()
