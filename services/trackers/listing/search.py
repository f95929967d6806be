"""Searching trackers: every word is part of the learner's name or the description, starts the ULN, or is the number."""

import re
from collections.abc import Sequence
from dataclasses import replace

from services.kernel.sql import StatementBuilder
from services.paging.by_name import like_pattern
from services.paging.keyset import Order, Window, bound_predicate

LOT = 10
"""A lot is 1024 numbers: a place in the index of words for each scope. Numbers are shifted by so many bits."""

# What is still three letters or digits once it is folded; or two after a sign, and so after the space that follows it.
_THREE = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ſ]{3}|[!-/:-@\[-`{-~][A-Za-z0-9]{2}")
_TWO = re.compile(r"[A-Za-z0-9]{2}")


def matches(words: Sequence[str], statement: StatementBuilder) -> str:
    """The condition on a row of ``tracker_words``, known as ``x``."""
    return " AND ".join(_matches(word, statement) for word in words)


def _matches(word: str, statement: StatementBuilder) -> str:
    found = _is_part(word, statement)
    if not (word.isascii() and word.isdigit()):
        return found
    digits = f"{statement.bind(word)}::text"
    return f"({found} OR x.codes && ARRAY['n' || {digits}, 'u' || {digits}])"


def _is_part(word: str, statement: StatementBuilder) -> str:
    """The index knows three characters in a row. Two get theirs from what can stand before them.

    What has no three is hidden from the index, which could only offer everything: then the lots are read.
    """
    if _TWO.fullmatch(word):
        return f"x.words ~ ('[a-z0-9 ]' || {statement.bind(word.lower())}::text)"
    text = "x.words" if _THREE.search(word) else "(x.words || '')"
    return f"{text} LIKE {like_pattern(statement, word, function='spaced')}"


class SearchedLots:
    """The rows that match, by number: lot after lot, as far as a page needs.

    Within a lot the index finds at most as many as the lot has; so a common word ends in the first lots, a rare one looks
    into each lot's index and reads the few rows that it names.
    """

    def __init__(
        self, order: Order, words: Sequence[str], organisation: str, scope: str, statement: StatementBuilder
    ) -> None:
        self._order, self._scope, self._matches = order, scope, matches(words, statement)
        self._newest = f"(SELECT trackers >> {LOT} FROM organisation_counter WHERE organisation_id = {organisation})"

    def __call__(self, window: Window) -> str:
        """The SQL of a stretch."""
        (key,) = self._order.keys
        way = "DESC" if key.descending is not window.backwards else "ASC"
        first, last, conditions = ["0"], [self._newest], [self._matches]
        for bound in window.bounds:
            (value,) = bound.values
            (last if bound.after is key.descending else first).append(f"{value} >> {LOT}")
            conditions.append(bound_predicate([replace(key, sql="x.number")], bound))
        return (
            'SELECT hit.tracker_id, hit.number AS "key0" FROM (SELECT lot FROM '
            f"generate_series(greatest({', '.join(first)}), least({', '.join(last)})) lot ORDER BY lot {way}) lots "
            "CROSS JOIN LATERAL (SELECT x.tracker_id, x.number FROM tracker_words x "
            f"WHERE x.places @> ARRAY[{self._scope}::text || ':' || lots.lot] AND {' AND '.join(conditions)} "
            f"ORDER BY x.number {way} LIMIT {window.limit}) hit "
            f"ORDER BY lots.lot {way}, hit.number {way} LIMIT {window.limit}"
        )
