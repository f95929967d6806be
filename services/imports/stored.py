"""Stored learners, and their comparison with the entries of a file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from models.database import fetch
from services.imports.entry import AIM_FIELDS, AimEntry, EmployerReference, LearnerEntry
from services.kernel.names import name_key

PLAIN_COLUMNS = {
    "uln": "text",
    "title": "text",
    "given_names": "text",
    "family_name": "text",
    "sub_programme": "text",
    "programme_status": "text",
    "job_title": "text",
    "weekly_hours": "numeric",
    "workplace_postcode": "text",
    "address_line1": "text",
    "address_line2": "text",
    "address_line3": "text",
    "address_line4": "text",
    "postcode": "text",
}
"""The columns of ``learner`` to which imported values are written unconverted, with their SQL types."""

_LEARNERS = f"""
SELECT learner.id, learner.reference, {", ".join(f"learner.{name}" for name in PLAIN_COLUMNS)},
  learner.programme_id, learner.employer_id, learner.tutor_id,
  coalesce(learner.changed_at > coalesce(learner.imported_at, '-infinity'), false) AS changed_locally,
  programme.name AS programme, member.email AS tutor_email,
  employer.name AS employer_name, employer.employer_id AS employer_number, employer.confirmed AS employer_confirmed,
  renamed.old_name AS employer_former_name,
  ARRAY(SELECT learner_group.name FROM learner_in_group JOIN learner_group ON learner_group.id = group_id
        WHERE learner_in_group.learner_id = learner.id) AS groups
FROM learner
LEFT JOIN programme ON programme.id = learner.programme_id
LEFT JOIN employer ON employer.id = learner.employer_id
LEFT JOIN name_merge renamed ON renamed.old_id = employer.id AND renamed.new_id = employer.id
LEFT JOIN member ON member.id = learner.tutor_id
WHERE learner.organisation_id = $1 AND learner.reference = ANY($2)
ORDER BY learner.id
FOR NO KEY UPDATE OF learner"""

_AIMS = f"""
SELECT id, learner_id, {", ".join(AIM_FIELDS)} FROM learning_aim
WHERE learner_id = ANY($1) ORDER BY sequence, id"""


@dataclass(frozen=True, slots=True)
class StoredAim:
    """A stored learning aim, with its id."""

    id: UUID
    values: AimEntry


@dataclass(frozen=True, slots=True)
class StoredLearner:
    """A stored learner; ``changed_locally`` is true if an approval has changed them since the last import."""

    id: UUID
    row: Mapping[str, Any]
    changed_locally: bool
    aims: list[StoredAim] = field(default_factory=list)

    def differs(self, entry: LearnerEntry) -> bool:
        """Return whether any value of the entry differs from the stored value; aims are not compared."""
        return any(not self._equals(name, value) for name, value in entry.values.items())

    def _equals(self, name: str, value: Any) -> bool:
        if name == "employer":
            return self._equals_employer(value)
        if name == "groups":
            return set(map(name_key, self.row["groups"])) == set(map(name_key, value))
        if name == "programme" and value is not None and self.row[name] is not None:
            return name_key(self.row[name]) == name_key(value)
        return bool(self.row[name] == value)

    def _equals_employer(self, reference: EmployerReference | None) -> bool:
        if reference is None or self.row["employer_id"] is None:
            return reference is None and self.row["employer_id"] is None
        if reference.confirmed not in (None, self.row["employer_confirmed"]):
            return False
        if reference.number is not None:
            return bool(self.row["employer_number"] == reference.number)
        return reference.name == self.row["employer_former_name"] or (
            name_key(self.row["employer_name"]) == name_key(reference.name)
        )


async def lock_stored_learners(organisation_id: UUID, references: Collection[str]) -> dict[str, StoredLearner]:
    """Return the organisation's learners with these references (LearnRefNumber), with their aims, by reference.

    Acquires a row lock on each learner.
    """
    learners = {
        row["reference"]: StoredLearner(row["id"], row, row["changed_locally"])
        for row in await fetch(_LEARNERS, organisation_id, list(references))
    }
    by_id = {learner.id: learner for learner in learners.values()}
    for row in await fetch(_AIMS, list(by_id)):
        aim = AimEntry(**{name: row[name] for name in AIM_FIELDS})
        by_id[row["learner_id"]].aims.append(StoredAim(row["id"], aim))
    return learners
