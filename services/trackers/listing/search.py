"""Searching trackers by words. Each must be part of the learner's name or the description, start the ULN, or be the number."""

import re
from collections.abc import Sequence
from dataclasses import replace

from services.kernel.sql import StatementBuilder
from services.paging.by_name import like_pattern
from services.paging.keyset import Order, Window, bound_predicate

BLOCK_SHIFT = 10
"""The index of words is divided into blocks of 1024 tracker numbers: the bits by which a number is shifted."""

# Three letters or digits, also after folding; or two after a sign, as ``spaced`` puts a space after each sign.
_THREE = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ſ]{3}|[!-/:-@\[-`{-~][A-Za-z0-9]{2}")
_TWO = re.compile(r"[A-Za-z0-9]{2}")


def matches(words: Sequence[str], statement: StatementBuilder) -> str:
    """Return the condition that a row of ``tracker_words``, whose alias is ``x``, matches all words."""
    return " AND ".join(_matches(word, statement) for word in words)


def _matches(word: str, statement: StatementBuilder) -> str:
    condition = _contains(word, statement)
    if not (word.isascii() and word.isdigit()):
        return condition
    digits = f"{statement.bind(word)}::text"
    return f"({condition} OR x.codes && ARRAY['n' || {digits}, 'u' || {digits}])"


def _contains(word: str, statement: StatementBuilder) -> str:
    """Return the condition that a word is part of the text, so that the trigram index can serve it if possible.

    Of two letters, the trigrams with every character that can precede them are searched. A word without any trigram is
    hidden from the index, which would return every row: the blocks are read instead.
    """
    if _TWO.fullmatch(word):
        return f"x.words ~ ('[a-z0-9 ]' || {statement.bind(word.lower())}::text)"
    text = "x.words" if _THREE.search(word) else "(x.words || '')"
    return f"{text} LIKE {like_pattern(statement, word, function='spaced')}"


class BlockSearch:
    """The rows that match all words in order of number, found block by block, as far as a page needs.

    The index finds at most 1024 rows in a block. So a common word fills a page from the first blocks, and a rare word
    reads few rows in each.
    """

    def __init__(
        self, order: Order, words: Sequence[str], organisation: str, scope: str, statement: StatementBuilder
    ) -> None:
        self._order, self._scope, self._matches = order, scope, matches(words, statement)
        self._newest = (
            f"(SELECT trackers >> {BLOCK_SHIFT} FROM organisation_counter WHERE organisation_id = {organisation})"
        )

    def __call__(self, window: Window) -> str:
        """Return the SELECT of the rows in a window."""
        (key,) = self._order.keys
        way = "DESC" if key.descending is not window.backwards else "ASC"
        first, last, conditions = ["0"], [self._newest], [self._matches]
        for bound in window.bounds:
            (value,) = bound.values
            (last if bound.after is key.descending else first).append(f"{value} >> {BLOCK_SHIFT}")
            conditions.append(bound_predicate([replace(key, sql="x.number")], bound))
        return (
            'SELECT hit.tracker_id, hit.number AS "key0" FROM (SELECT block FROM '
            f"generate_series(greatest({', '.join(first)}), least({', '.join(last)})) block ORDER BY block {way}) blocks "
            "CROSS JOIN LATERAL (SELECT x.tracker_id, x.number FROM tracker_words x "
            f"WHERE x.places @> ARRAY[{self._scope}::text || ':' || blocks.block] AND {' AND '.join(conditions)} "
            f"ORDER BY x.number {way} LIMIT {window.limit}) hit "
            f"ORDER BY blocks.block {way}, hit.number {way} LIMIT {window.limit}"
        )
