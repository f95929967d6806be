"""Search for trackers by words.

Every word must be part of the learner's name or the description, be a prefix of the ULN, or equal the tracker's number,
which may follow a ``#``.
"""

import re
from dataclasses import dataclass

from services.paging.by_name import has_trigram, learner_conditions, pattern_match
from services.trackers.listing.learners import OfLearner
from services.trackers.listing.scope import Branch, Scope, unindexed

BLOCK_SHIFT = 14
"""The number of bits by which a tracker number is shifted to get its block: the index has blocks of 16384 numbers."""

_NUMBER_PATTERN = re.compile(r"#?([0-9]+)")
_MAX_NUMBER_LENGTH = 9


@dataclass(frozen=True, slots=True)
class HasWord(OfLearner):
    """A word of a search is in the tracker's description or number, or in its learner's name or ULN."""

    word: str

    @property
    def is_indexed(self) -> bool:
        """Return whether the index of names can find the word."""
        return has_trigram(self.word)

    def learner(self, scope: Scope) -> str:
        """Return the SQL condition that the learner ``r`` has the word in the name or ULN."""
        return f"({' OR '.join(learner_conditions(self.word, scope.statement))})"

    def given(self, scope: Scope, is_met: str) -> str:
        """Return the condition in SQL, where ``is_met`` says whether the learner has the word."""
        ways = [f"t.words {pattern_match(self.word, scope.statement)}", *self._is_number(scope), is_met]
        return unindexed(" OR ".join(ways))

    def branches(self, scope: Scope, sample: str) -> list[Branch]:
        """Return the trackers of each learner of the sample, and the blocks of trackers with the word."""
        return [
            Branch("t.learner_id = v.id", f"{sample} v"),
            *(Branch(f"{scope.own} AND {number}") for number in self._is_number(scope)),
            self._blocks(scope),
        ]

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the learners."""
        own = f"r.organisation_id = {scope.organisation}"
        return " UNION ".join(
            f"SELECT r.id FROM learner r WHERE {own} AND {way}"
            for way in learner_conditions(self.word, scope.statement)
        )

    def _blocks(self, scope: Scope) -> Branch:
        text = "t.words" if has_trigram(self.word) else "(t.words || '')"
        organisation = f"{scope.bind(scope.viewer.organisation_id)}::uuid"
        newest = f"SELECT trackers >> {BLOCK_SHIFT} FROM organisation_counter WHERE organisation_id = {organisation}"
        return Branch(
            f"(t.organisation_id || ':' || (t.number >> {BLOCK_SHIFT})) = ({organisation} || ':' || v.block) "
            f"AND {text} {pattern_match(self.word, scope.statement)}",
            f"generate_series(0, ({newest})) v (block)",
            block_shift=BLOCK_SHIFT,
        )

    def _is_number(self, scope: Scope) -> list[str]:
        """Return the condition on the tracker's number, if the word can be one."""
        match = _NUMBER_PATTERN.fullmatch(self.word)
        if match is None or match[1].startswith("0") or len(match[1]) > _MAX_NUMBER_LENGTH:
            return []
        return [f"t.number = {scope.bind(int(match[1]))}::int"]
