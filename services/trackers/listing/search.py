"""Search for trackers by words.

Every word must be part of the learner's name or the description, be a prefix of the ULN, or equal the tracker's number,
which may follow a ``#``.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from services.kernel.sql import StatementBuilder
from services.paging.by_name import like_pattern
from services.paging.keyset import Order, Window, bound_predicate

BLOCK_SHIFT = 10
"""The number of bits by which a tracker number is shifted to get its block: the index has blocks of 1024 numbers."""

# Three letters or digits, even after case folding, or two after a symbol, as ``spaced`` adds a space after each symbol.
_TRIGRAM_PATTERN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ſ]{3}|[!-/:-@\[-`{-~][A-Za-z0-9]{2}")
_NUMBER_PATTERN = re.compile(r"#?([0-9]+)")
_TWO_LETTERS_PATTERN = re.compile(r"[A-Za-z0-9]{2}")


def words_condition(words: Sequence[str], statement: StatementBuilder) -> str:
    """Return the condition that a row of ``tracker_words``, aliased ``x``, matches all words."""
    return " AND ".join(_word_condition(word, statement) for word in words)


def _word_condition(word: str, statement: StatementBuilder) -> str:
    condition = _substring_condition(word, statement)
    match = _NUMBER_PATTERN.fullmatch(word)
    if match is None:
        return condition
    digits = f"{statement.bind(match[1])}::text"
    codes = f"'n' || {digits}" if word.startswith("#") else f"'n' || {digits}, 'u' || {digits}"
    return f"({condition} OR x.codes && ARRAY[{codes}])"


def _substring_condition(word: str, statement: StatementBuilder) -> str:
    """Return the condition that the text contains a word, using the trigram index where possible.

    For two letters, it searches for the trigrams with every possible preceding character. A word without any trigram
    must not use the index, which would return every row, but is searched block by block.
    """
    if _TWO_LETTERS_PATTERN.fullmatch(word):
        return f"x.words ~ ('[a-z0-9 ]' || {statement.bind(word.lower())}::text)"
    text = "x.words" if _TRIGRAM_PATTERN.search(word) else "(x.words || '')"
    return f"{text} LIKE {like_pattern(statement, word, function='spaced')}"


class BlockSearch:
    """A query for matching rows in order of number, which searches block by block until the page is full.

    The index returns at most 1024 rows per block, so a common word fills the page from the first blocks, and a rare word
    reads few rows in each block.
    """

    def __init__(
        self, order: Order, words: Sequence[str], organisation: str, scope: str, statement: StatementBuilder
    ) -> None:
        self._order, self._scope, self._words_condition = order, scope, words_condition(words, statement)
        self._newest = (
            f"(SELECT trackers >> {BLOCK_SHIFT} FROM organisation_counter WHERE organisation_id = {organisation})"
        )

    def __call__(self, window: Window) -> str:
        """Return the SELECT statement for the rows in a window."""
        (key,) = self._order.keys
        direction = "DESC" if key.descending is not window.backwards else "ASC"
        first, last, conditions = ["0"], [self._newest], [self._words_condition]
        for bound in window.bounds:
            (value,) = bound.values
            (last if bound.after is key.descending else first).append(f"{value} >> {BLOCK_SHIFT}")
            conditions.append(bound_predicate([replace(key, sql="x.number")], bound))
        return (
            'SELECT hit.tracker_id, hit.number AS "key0" FROM (SELECT block FROM '
            f"generate_series(greatest({', '.join(first)}), least({', '.join(last)})) block ORDER BY block {direction}) blocks "
            "CROSS JOIN LATERAL (SELECT x.tracker_id, x.number FROM tracker_words x "
            f"WHERE x.places @> ARRAY[{self._scope}::text || ':' || blocks.block] AND {' AND '.join(conditions)} "
            f"ORDER BY x.number {direction} LIMIT {window.limit}) hit "
            f"ORDER BY blocks.block {direction}, hit.number {direction} LIMIT {window.limit}"
        )
