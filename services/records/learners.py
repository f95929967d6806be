"""Listing learners, and fetching their learning aims and groups."""

from collections.abc import Sequence
from uuid import UUID

from models import Learner, LearningAim
from models.database import fetch
from models.rows import columns, rows
from services.kernel.sql import StatementBuilder
from services.paging.by_name import in_reading_order, like_pattern, list_query, order_by_name, search_words
from services.paging.pages import Page, PageRequest, fetch_page
from services.viewer import Viewer
from services.visibility import visibility_condition

BY_FAMILY_NAME = order_by_name(Learner, "family_name", "given_names")


async def page_of_learners(viewer: Viewer, request: PageRequest, *, search: str | None, count: bool) -> Page:
    """Fetch a page of learners, ordered by family name.

    Every word of ``search`` must be contained in the learner's name or be a prefix of the ULN.
    """
    statement = StatementBuilder()
    where = [visibility_condition(Learner, "r", viewer, statement)]
    for word in search_words(search):
        name = f"fold(r.given_names || ' ' || r.family_name) LIKE {like_pattern(statement, word)}"
        where.append(f"({name} OR starts_with(r.uln, {statement.bind(word)}))")
    return await fetch_page(request, list_query(Learner, BY_FAMILY_NAME, where, statement), count=count)


async def fetch_aims(learner_ids: Sequence[UUID]) -> list[list[LearningAim]]:
    """Return each learner's aims, latest start date first. The viewer must be allowed to see the learners."""
    aims: dict[UUID, list[LearningAim]] = {learner_id: [] for learner_id in learner_ids}
    records = await fetch(
        f"SELECT {columns(LearningAim, 'a')} FROM learning_aim a WHERE a.learner_id = ANY($1) "
        "ORDER BY a.start_date DESC, a.sequence",
        list(learner_ids),
    )
    for aim in rows(LearningAim, "a", records):
        aims[aim.learner_id].append(aim)
    return [aims[learner_id] for learner_id in learner_ids]


async def fetch_groups(learner_ids: Sequence[UUID]) -> list[list[str]]:
    """Return the names of each learner's groups. The viewer must be allowed to see the learners."""
    groups: dict[UUID, list[str]] = {learner_id: [] for learner_id in learner_ids}
    for record in await fetch(
        "SELECT i.learner_id, g.name FROM learner_in_group i JOIN learner_group g ON g.id = i.group_id "
        f"WHERE i.learner_id = ANY($1) ORDER BY {in_reading_order('g.name')}",
        list(learner_ids),
    ):
        groups[record["learner_id"]].append(record["name"])
    return [groups[learner_id] for learner_id in learner_ids]
