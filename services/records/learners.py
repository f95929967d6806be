"""Listing learners, and fetching their learning aims."""

from collections.abc import Sequence
from uuid import UUID

from models import Learner, LearningAim
from models.database import fetch
from models.rows import columns, rows
from services.kernel.sql import StatementBuilder
from services.paging.by_name import learner_conditions, list_query, search_words
from services.paging.keyset import Key, Order
from services.paging.pages import Page, PageRequest, fetch_page
from services.row_selection import RowSelection
from services.viewer import Viewer
from services.visibility import visibility_condition

MIN_RARE_PREFIX = 4
"""From how many digits on the beginning of a ULN is rare: it has ten, and one in 9,000 begins with the same four."""

BY_FAMILY_NAME = Order("learners by name", (Key("r.family_order", str), Key("r.id", UUID)))


async def page_of_learners(
    viewer: Viewer, request: PageRequest, selection: RowSelection[Learner], *, search: str | None, count: bool
) -> Page:
    """Fetch a page of learners, ordered by family name.

    Every word of ``search`` must be contained in the learner's name or be a prefix of the ULN.
    """
    statement = StatementBuilder()
    where = [visibility_condition(Learner, "r", viewer, statement)]
    where += [_word_condition(word, viewer, statement) for word in search_words(search)]
    query = list_query(viewer, selection, BY_FAMILY_NAME, where, statement)
    return await fetch_page(request, query, count=count)


def _word_condition(word: str, viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the SQL condition that a learner ``r`` has a word in the name or the ULN.

    The beginning of a ULN that hardly any learner has is found by a union, because OR could make the planner read all
    learners in their order.
    """
    ways = learner_conditions(word, statement)
    if len(ways) == 1 or len(word) < MIN_RARE_PREFIX:
        return f"({' OR '.join(ways)})"
    own = f"r.organisation_id = {statement.bind(viewer.organisation_id)}"
    return f"r.id IN ({' UNION '.join(f'SELECT r.id FROM learner r WHERE {own} AND {way}' for way in ways)})"


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
