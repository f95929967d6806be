"""The conditions on trackers that their learners can meet."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.trackers.listing import scope as limits
from services.trackers.listing.scope import Branch, Sampled, Scope, unindexed

REFERENCES = {"tutor_id": "member", "employer_id": "employer", "programme_id": "programme"}
"""The columns of a learner with an id, and the tables of the ids."""


class OfLearner(Sampled):
    """The base of the conditions that a tracker meets if its learner does, and maybe otherwise. Learners are the sample."""

    __slots__ = ()

    @property
    def max_set(self) -> int:
        """Return how many learners may be read to have them as a set, rather than to look up those of trackers."""
        return limits.MAX_SAMPLE

    def branches(self, _scope: Scope, sample: str) -> list[Branch]:
        """Return a branch for each learner, by the index on learner and number."""
        return [Branch("t.learner_id = v.id", f"{sample} v")]

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the learners, without a LIMIT."""
        raise NotImplementedError

    def every(self, scope: Scope) -> list[Branch]:
        """Return the branches of all learners."""
        return self.branches(scope, f"({self.sample(scope)})")

    @property
    def is_indexed(self) -> bool:
        """Return whether an index has the learners who meet the condition."""
        return True

    def learner(self, scope: Scope) -> str:
        """Return the SQL condition on the learner ``r``."""
        raise NotImplementedError

    def given(self, _scope: Scope, is_met: str) -> str:
        """Return the condition in SQL, where ``is_met`` says whether the learner meets it."""
        return unindexed(is_met)

    def predicate(self, scope: Scope) -> str:
        """Return the condition in SQL, which looks up the tracker's learner."""
        return self.given(scope, self.look_up(scope))

    def look_up(self, scope: Scope) -> str:
        """Return the SQL condition that the learner of the tracker ``t`` meets the condition.

        Unlike EXISTS, which the planner may replace by a hash of all learners of all organisations, this is always looked
        up for one tracker.
        """
        return f"(SELECT {self.learner(scope)} FROM learner r WHERE r.id = t.learner_id) IS TRUE"


@dataclass(frozen=True, slots=True)
class HasLearnerWith(OfLearner):
    """The tracker's learner has one of these values in each of these columns, and is in one of these groups."""

    columns: Sequence[tuple[str, Sequence[object]]]
    groups: Sequence[str] | None

    @property
    def max_set(self) -> int:
        """Return six times as many learners as for a word: the index has all that is read."""
        return 6 * limits.MAX_SAMPLE

    def look_up(self, scope: Scope) -> str:
        """Return the SQL condition that the learner of the tracker ``t`` meets the condition."""
        if self.columns:
            return super(HasLearnerWith, self).look_up(scope)  # a class with slots is another one than the decorated
        in_groups = f"FROM learner_in_group i WHERE i.learner_id = t.learner_id AND {self._in_groups(scope)}"
        return f"(SELECT true {in_groups} LIMIT 1) IS TRUE"

    def learner(self, scope: Scope) -> str:
        """Return the SQL condition on the learner ``r``."""
        matches = [f"r.{column} = ANY({scope.bind(values)})" for column, values in self.columns]
        if self.groups is not None:
            in_groups = f"FROM learner_in_group i WHERE i.learner_id = r.id AND {self._in_groups(scope)}"
            matches.append(f"(SELECT true {in_groups} LIMIT 1)")  # EXISTS could be replaced by a hash of the groups
        return " AND ".join(matches)

    def sample(self, scope: Scope) -> str:
        """Return the SELECT of the learners, by the index of the first column or of the groups."""
        if not self.columns:
            return f"SELECT DISTINCT i.learner_id AS id FROM learner_in_group i WHERE {self._in_groups(scope)}"
        (column, values), *others = self.columns
        matches = [f"(r.{other} = ANY({scope.bind(wanted)})) IS TRUE" for other, wanted in others]
        if self.groups is not None:
            of_groups = f"SELECT i.learner_id FROM learner_in_group i WHERE {self._in_groups(scope)}"
            matches.append(f"(r.id = ANY(ARRAY({of_groups}))) IS TRUE")
        return f"SELECT r.id FROM learner r WHERE {' AND '.join([self._leads(scope, column, values), *matches])}"

    def _leads(self, scope: Scope, column: str, values: Sequence[object]) -> str:
        """Return the condition on a column that an index serves, which has the learners' ids too."""
        if column not in REFERENCES:
            return f"r.organisation_id = {scope.organisation} AND r.{column} = ANY({scope.bind(values)})"
        own = f"organisation_id = {scope.bind(scope.viewer.organisation_id)} AND id = ANY({scope.bind(values)}::uuid[])"
        return f"r.{column} = ANY(ARRAY(SELECT id FROM {REFERENCES[column]} WHERE {own}))"

    def _in_groups(self, scope: Scope) -> str:
        names = f"ARRAY(SELECT name_key(name) FROM unnest({scope.bind(self.groups)}::text[]) AS wanted (name))"
        own = f"organisation_id = {scope.bind(scope.viewer.organisation_id)}"
        return f"i.group_id = ANY(ARRAY(SELECT id FROM learner_group WHERE name_key(name) = ANY({names}) AND {own}))"
