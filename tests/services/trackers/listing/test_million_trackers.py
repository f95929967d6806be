"""Listing many trackers: a page with any single filter, pair of filters, order or search is correct and reads few rows.

So does a count, beside what it counts. The statements of the service are run with EXPLAIN ANALYZE for an administrator, a
tutor with thousands of trackers and a tutor with 200, in an organisation that the planner's statistics have, and in one
that they do not have; and for the first one again without any statistics. The pages of the last tutor are compared with a
plain query, those of the others with each other. ``tests/resolvers/trackers/test_filters.py`` compares combinations of
filters on little data.

``LISTED_TRACKERS=1000000 .venv/bin/pytest tests/services/trackers/listing/test_million_trackers.py`` takes a million, and all
three states of the statistics; otherwise there are 50,000 trackers, and statistics.
"""

import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from models import Member, Organisation
from models.database import database, fetch
from server.setting_values import database_credentials
from services.kernel.sql import StatementBuilder
from services.paging.pages import PageRequest
from services.trackers.listing.filters import DayRange, TrackerFilter
from services.trackers.listing.orders import MISSING_ID, OrderTerm, TrackerOrderField
from services.trackers.listing.page import TrackerQuery, page_of_trackers
from services.trackers.listing.plan import plan_list
from services.viewer import Viewer
from tests.support.clients.graphql import viewer
from tests.support.databases.postgres import administer, with_database
from tests.support.databases.query_plans import plan_nodes, record_fetches, rows_read
from tests.support.scenarios import million_trackers
from tests.support.scenarios.million_filters import FILTERS, make_filter

pytestmark = pytest.mark.slow

LARGEST = million_trackers.TRACKERS // 5
MAX_ROWS_READ = 12_000
MAX_ROWS_OF_TUTOR = 25_000
"""A tutor's trackers are some 6,500 of the largest organisation of a million; each is read once, and its learner once, or up
to 2,000 learners who are in a group or have an employer; and again to know whether there are any before a page."""
MAX_ENTRIES = 2 * LARGEST
"""What a range of days may read of an index."""
ROWS_READ = {
    **dict.fromkeys(("updated", "updated long ago", "due", "due later", "overdue", "not overdue"), MAX_ENTRIES),
    "old word": 20_000,
    "assigned": 30_000,
    "due and status": 45_000,
    "rare status of a type": 45_000,
    "groups that overlap": 45_000,
}
"""What filters may read that need more than ``MAX_ROWS_READ``, of an administrator and a tutor alike."""
LARGE_TABLES = frozenset({"tracker", "learner", "learner_in_group"})
ADMIN = "Admin 1"
VIEWERS = (ADMIN, million_trackers.BIG, million_trackers.SMALL)
KNOWN, UNKNOWN, NEVER = "known", "unknown to the statistics", "without statistics"
STATES = (KNOWN, UNKNOWN, NEVER) if "LISTED_TRACKERS" in os.environ else (KNOWN,)

SQL_EXPRESSIONS = {
    "type": "type.key", "category": "type.category", "status": "t.status", "assignee": f"coalesce(t.assignee_id, '{MISSING_ID}')",
    "created_by": "t.created_by_id", "learner": "t.learner_id", "tutor": "r.tutor_id", "employer": "r.employer_id",
    "programme": "r.programme_id", "sub_programme": "r.sub_programme", "programme_status": "r.programme_status",
    "created": "(t.created_at AT TIME ZONE 'Europe/London')::date", "due": "t.due_date",
    "updated": "(t.updated_at AT TIME ZONE 'Europe/London')::date",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=STATES)
async def viewers(request: pytest.FixtureRequest, large: str) -> AsyncIterator[Mapping[str, Viewer]]:
    """Yield the viewers of an organisation by name."""
    credentials = database_credentials(large)
    if request.param == NEVER:
        await million_trackers.forget_statistics(credentials)
    name = million_trackers.UNKNOWN if request.param == UNKNOWN else million_trackers.LARGE
    async with database(credentials):
        organisation = await Organisation.get(name=name)
        yield {name: await viewer(await Member.get(organisation=organisation, name=name)) for name in VIEWERS}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large(postgres: str, template: str) -> AsyncIterator[str]:
    """Yield the URL of the database with the large organisations."""
    await administer(postgres, f"CREATE DATABASE large TEMPLATE {template}")
    url = with_database(postgres, "large")
    await million_trackers.fill(database_credentials(url))
    yield url
    await administer(postgres, "DROP DATABASE large WITH (FORCE)")


async def _fetch_page(list_viewer: Viewer, request: PageRequest, query: TrackerQuery, max_rows: int) -> Any:
    """Fetch a page, and check that its query plan reads and sorts few rows."""
    with record_fetches() as statements:
        page = await page_of_trackers(list_viewer, request, query)
    (statement,) = statements
    plan = await plan_nodes(statement)
    read_rows = sum(map(rows_read, plan))
    scanned_tables = [node["Relation Name"] for node in plan if node["Node Type"].endswith("Seq Scan")]
    details = (list_viewer.member.name, request, query, read_rows)
    assert not LARGE_TABLES & set(scanned_tables), (details, scanned_tables)
    assert read_rows <= (max_rows if list_viewer.is_administrator else max(max_rows, MAX_ROWS_OF_TUTOR)), details
    return page


def _tracker_numbers(page: Any) -> list[int]:
    return [record["t.number"] for record in page.records]


async def _query_expected_numbers(list_viewer: Viewer, filter_by: TrackerFilter, order: str, limit: int) -> list[int]:
    """Return the numbers of a tutor's matching trackers by a plain query of the tables."""
    values: list[object] = [list_viewer.member_id]

    def bind(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    own_trackers = "SELECT id FROM tracker WHERE assignee_id = $1 OR created_by_id = $1"
    learner_trackers = (
        "SELECT taught.id FROM learner JOIN tracker taught ON taught.learner_id = learner.id WHERE tutor_id = $1"
    )
    where = [f"t.id IN ({own_trackers} UNION {learner_trackers})"]
    for name, sql in SQL_EXPRESSIONS.items():
        criterion = getattr(filter_by, name)
        if isinstance(criterion, DayRange):
            limits = ((">=", criterion.first), ("<=", criterion.last))
            where += [f"{sql} {operator} {bind(limit_day)}" for operator, limit_day in limits if limit_day is not None]
        elif criterion is not None and not (name == "assignee" and filter_by.unassigned):
            where.append(f"({sql})::text = ANY({bind([str(value) for value in criterion])})")
    if filter_by.unassigned is not None:
        ids = [str(value) for value in (*(filter_by.assignee or ()), MISSING_ID)]
        negation = "" if filter_by.unassigned else "NOT "
        where.append(f"{negation}({SQL_EXPRESSIONS['assignee']})::text = ANY({bind(ids)})")
    if filter_by.overdue is not None:
        today = "(now() AT TIME ZONE 'Europe/London')::date"
        where.append(
            f"(t.due_date < {today} AND t.status IN ('NEW', 'APPROVED')) IS {'' if filter_by.overdue else 'NOT '}TRUE"
        )
    if filter_by.group is not None:
        learner_ids = f"SELECT learner_id FROM learner_in_group JOIN learner_group g ON g.id = group_id WHERE g.name = ANY({bind(list(filter_by.group))})"
        where.append(f"t.learner_id IN ({learner_ids})")
    for word in filter_by.search:
        name = bind(word)
        where.append(
            f"(strpos(fold(r.given_names || ' ' || r.family_name), fold({name})) > 0 OR strpos(fold(t.description), fold({name})) > 0 "
            f"OR starts_with(r.uln, {name}) OR t.number::text = {name})"
        )
    rows = await fetch(
        "SELECT t.number FROM tracker t JOIN learner r ON r.id = t.learner_id JOIN tracker_type type ON type.id = t.type_id "
        "LEFT JOIN member assignee ON assignee.id = t.assignee_id LEFT JOIN member creator ON creator.id = t.created_by_id "
        f"WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {limit}",
        *values,
    )
    return [row["number"] for row in rows]


async def _check_pages(
    list_viewer: Viewer, query: TrackerQuery, order: str, backwards: str, max_rows: int = MAX_ROWS_READ
) -> None:
    """Check the first and the last page, and the pages before and after the middle of the first page."""
    first = await _fetch_page(list_viewer, PageRequest(first=50), query, max_rows)
    last = await _fetch_page(list_viewer, PageRequest(last=50), query, max_rows)
    if list_viewer.member.name == million_trackers.SMALL:
        assert _tracker_numbers(first) == await _query_expected_numbers(list_viewer, query.filter_by, order, 50)
        assert (
            _tracker_numbers(last) == (await _query_expected_numbers(list_viewer, query.filter_by, backwards, 50))[::-1]
        )
    assert bool(first.records) is bool(last.records)
    assert (first.has_previous, last.has_next) == (False, False)
    if not first.records:
        return
    middle = len(first.cursors) // 2
    after = await _fetch_page(list_viewer, PageRequest(first=100, after=first.cursors[middle]), query, max_rows)
    assert _tracker_numbers(after)[: 49 - middle] == _tracker_numbers(first)[middle + 1 :]
    assert after.has_previous
    before = await _fetch_page(list_viewer, PageRequest(last=100, before=first.cursors[middle]), query, max_rows)
    assert _tracker_numbers(before) == _tracker_numbers(first)[:middle]
    assert before.has_next


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", FILTERS)
async def test_a_page_with_a_filter_reads_few_rows(viewers: Mapping[str, Viewer], name: str) -> None:
    query = TrackerQuery(filter_by=await make_filter(FILTERS[name], viewers[ADMIN].organisation_id))
    for list_viewer in viewers.values():
        await _check_pages(list_viewer, query, "t.number DESC", "t.number", ROWS_READ.get(name, MAX_ROWS_READ))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", FILTERS)
async def test_a_count_reads_little_more_than_it_counts(viewers: Mapping[str, Viewer], name: str) -> None:
    filter_by = await make_filter(FILTERS[name], viewers[ADMIN].organisation_id)
    for list_viewer in viewers.values():
        statement = StatementBuilder()
        text = plan_list(list_viewer, filter_by, (), statement).count()
        ((counted,),) = [record.values() for record in await statement.fetch(text)]
        plan = await plan_nodes((text, tuple(statement.values)))
        read_rows, extra = sum(map(rows_read, plan)), ROWS_READ.get(name, MAX_ROWS_READ)
        assert not LARGE_TABLES & {node["Relation Name"] for node in plan if node["Node Type"].endswith("Seq Scan")}
        assert read_rows <= 2 * counted + (extra if list_viewer.is_administrator else max(extra, MAX_ROWS_OF_TUTOR)), (
            list_viewer
        )


ORDERS: Mapping[str, tuple[str, ...]] = {
    "CREATED_AT": ("t.created_at",),
    "NUMBER": ("t.number",),
    "UPDATED_AT": ("t.updated_at",),
    "DUE_DATE": ("t.due_date",),
    "STATUS": ("array_position(ARRAY['NEW', 'APPROVED', 'RESOLVED', 'REJECTED', 'CLOSED'], t.status::text)",),
    "TYPE": ('fold(type.name) COLLATE "C"', 'type.name COLLATE "C"'),
    "LEARNER": ("fold(r.given_names || ' ' || r.family_name) COLLATE \"C\"",),
    "ASSIGNEE": ('fold(assignee.name) COLLATE "C"',),
    "CREATED_BY": ('fold(creator.name) COLLATE "C"',),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ORDERS)
async def test_a_page_with_an_order_reads_few_rows(viewers: Mapping[str, Viewer], field: str, direction: str) -> None:
    query = TrackerQuery(order_by=(OrderTerm(TrackerOrderField(field), direction == "DESC"),))
    keys, other = (*ORDERS[field], "t.number"), "ASC" if direction == "DESC" else "DESC"
    order = ", ".join(f"{key} {direction} NULLS LAST" for key in keys)
    backwards = ", ".join(f"{key} {other} NULLS FIRST" for key in keys)
    for list_viewer in viewers.values():
        await _check_pages(list_viewer, query, order, backwards)
