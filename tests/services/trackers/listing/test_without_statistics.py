"""Listing trackers efficiently before PostgreSQL has collected table statistics."""

from collections.abc import Mapping
from typing import Any

import pytest

from models import Tracker, TrackerStatus
from models.database import fetch
from services.paging.pages import PageRequest
from services.trackers.listing.filters import TrackerFilter
from services.trackers.listing.orders import OrderTerm, TrackerOrderField
from services.trackers.listing.page import TrackerQuery, page_of_trackers
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.databases.query_plans import plan_nodes, record_fetches, rows_read

pytestmark = pytest.mark.slow

QUERIES: Mapping[str, Mapping[str, Any]] = {
    "newest first": {},
    "a filter": {"filter_by": TrackerFilter(status=[TrackerStatus.NEW])},
    "an order": {"order_by": (OrderTerm(TrackerOrderField.TYPE),)},
    "a word": {"filter_by": TrackerFilter(search=("word",))},
    "a letter": {"filter_by": TrackerFilter(search=("x",))},
    "signs": {"filter_by": TrackerFilter(search=("×××",))},
    "a mark and two letters": {"filter_by": TrackerFilter(search=("\u0301xy",))},
}
INSERT_COPIES = """
INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, status, description, "values",
    version, created_at, updated_at)
SELECT gen_random_uuid(), organisation_id, number + n, type_id, type_version_id, learner_id, status, description, "values",
    version, created_at, updated_at
FROM tracker, generate_series(1, $1::int - 1) n
"""


async def _create_trackers(count: int) -> Tracker:
    """Create this number of trackers of one organisation and learner, and return the first."""
    first = await make.tracker(description="a word")
    await fetch(INSERT_COPIES, count)
    await fetch("UPDATE organisation_counter SET trackers = $1", count)
    return first


async def test_a_page_is_not_queried_again_for_each_tracker(database: str) -> None:
    organisation = await (await _create_trackers(3_000)).organisation
    tracker_viewer = await viewer(await make.member(organisation))
    rows_by_query = {}
    for name, query in QUERIES.items():
        with record_fetches() as statements:
            await page_of_trackers(tracker_viewer, PageRequest(first=10), TrackerQuery(**query))
        (statement,) = statements
        rows_by_query[name] = sum(map(rows_read, await plan_nodes(statement)))
    assert {name: rows for name, rows in rows_by_query.items() if rows > 4_500} == {}
