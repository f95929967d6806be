"""Tests that PostgreSQL plans the statements of frequent reads once a connection, and not once an execution."""

from typing import Any

from models import Tracker
from models.database import fetch, transaction
from services.accounts.sessions.authentication import viewer_of_session
from tests.support.clients.graphql import ask_in, context_of, gid
from tests.support.scenarios.college import College, college, create_successfully

VALUES = "values { key display ... on ReferenceValue { node { id } } }"
PAGE = f"query ($first: Int) {{ trackers(first: $first) {{ nodes {{ number learner {{ name }} {VALUES} }} }} }}"
TRACKER = (
    f"query ($id: ID!) {{ tracker(id: $id) {{ number {VALUES} history {{ nodes {{ kind actor {{ name }} }} }} }} }}"
)
CUSTOM_PLANS = 5
"""PostgreSQL plans the first executions of a statement for their values, and then compares."""
EXECUTIONS = CUSTOM_PLANS + 4


async def _custom_plans(house: College, document: str, **variables: Any) -> list[int]:
    """Execute a document on one connection, and return how often each of its statements was planned for its values."""
    context = await context_of(house.ada)
    assert context.viewer is not None
    async with transaction():
        for _ in range(EXECUTIONS):
            await viewer_of_session(context.viewer.session_id, expires=context.viewer.expires_at.timestamp())
            context.forget_loaded_rows()
            answer = await ask_in(context, document, **variables)
            assert "errors" not in answer, answer
        records = await fetch(
            "SELECT custom_plans FROM pg_prepared_statements "
            "WHERE custom_plans + generic_plans >= $1 AND statement ~ '^\\s*(SELECT|WITH)'",
            EXECUTIONS,
        )
    return [record["custom_plans"] for record in records]


async def test_a_page_of_trackers_is_planned_once(database: str) -> None:
    house = await college()
    for _ in range(3):
        await create_successfully(house.ada, house.job())
    # the session, the page, and what values refer to
    assert await _custom_plans(house, PAGE, first=2) == [CUSTOM_PLANS] * 3


async def test_a_tracker_with_its_history_is_planned_once(database: str) -> None:
    house = await college()
    await create_successfully(house.ada, house.job())
    # the session, and the tracker with all that is asked for
    assert await _custom_plans(house, TRACKER, id=gid(await Tracker.get())) == [CUSTOM_PLANS] * 2
