"""What hangs on learners: their learning aims and groups."""

from collections.abc import Sequence
from uuid import UUID

from models import LearningAim
from models.database import fetch


async def aims_of(learner_ids: Sequence[UUID]) -> list[list[LearningAim]]:
    """The learning aims of each learner, newest start first. The caller has seen the learners."""
    found: dict[UUID, list[LearningAim]] = {learner_id: [] for learner_id in learner_ids}
    for aim in await LearningAim.filter(learner_id__in=learner_ids).order_by("-start_date", "sequence"):
        found[aim.learner_id].append(aim)
    return [found[learner_id] for learner_id in learner_ids]


async def groups_of(learner_ids: Sequence[UUID]) -> list[list[str]]:
    """The names of each learner's groups."""
    found: dict[UUID, list[str]] = {learner_id: [] for learner_id in learner_ids}
    for record in await fetch(
        "SELECT i.learner_id, g.name FROM learner_in_group i JOIN learner_group g ON g.id = i.group_id "
        "WHERE i.learner_id = ANY($1) ORDER BY g.name",
        list(learner_ids),
    ):
        found[record["learner_id"]].append(record["name"])
    return [found[learner_id] for learner_id in learner_ids]
