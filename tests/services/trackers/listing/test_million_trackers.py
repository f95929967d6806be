"""Among 1,000,000 trackers: a page under any one filter, any one order or a search reads few rows, and is the right one.

The very statements of the service are explained as they are carried out: for an administrator, for a tutor with a tenth of
all trackers and for one with a thousand. What the last one finds is compared with the rows themselves; what the others find,
page with page. (``tests/resolvers/trackers/test_filters.py`` compares everything, on little.)
"""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from models import Employer, Learner, Member, Programme, ProgrammeStatus, TrackerCategory, TrackerStatus
from models.database import database as opened
from models.database import fetch
from server.setting_values import database_credentials
from services.paging.pages import PageRequest
from services.trackers.listing.day_blocks import DayRange
from services.trackers.listing.filters import TrackerFilter
from services.trackers.listing.orders import MISSING_ID, OrderTerm, TrackerOrderField
from services.trackers.listing.page import TrackerQuery, page_of_trackers
from services.viewer import Viewer
from tests.conftest import administer, with_database
from tests.support.clients.graphql import viewer
from tests.support.databases.query_plans import plan_nodes, record_fetches, rows_read, rows_sorted
from tests.support.scenarios import million_trackers

pytestmark = pytest.mark.slow

MOST_READ = 5_000
MOST_SORTED = 1_100
WHOLE = frozenset({"tracker", "tracker_listing", "tracker_in_group", "tracker_words", "learner", "learner_in_group"})
VIEWERS = ("Admin 1", million_trackers.BIG, million_trackers.SMALL)

S = TrackerStatus
FILTERS: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "old only": {"status": [S.APPROVED]},
    "none": {"status": [S.REJECTED]},
    "few": {"status": [S.CLOSED]},
    "half": {"status": [S.NEW]},
    "several statuses": {"status": [S.APPROVED, S.CLOSED, S.NEW]},
    "types": {"type": ["JOB", "ILR"]},
    "categories": {"category": [TrackerCategory.CUSTOM, TrackerCategory.PROCESS_AUTOMATION]},
    "unassigned": {"unassigned": True},
    "assigned": {"unassigned": False},
    "assignee": {"assignee": ["Admin 3"]},
    "assignee or nobody": {"assignee": ["Admin 3"], "unassigned": True},
    "nobody's": {"assignee": ["Ghost"]},
    "old creator": {"created_by": ["Admin 20"]},
    "learners": {"learner": ["L1", "L5000"]},
    "small tutor": {"tutor": [million_trackers.SMALL]},
    "tutors": {"tutor": [f"Tutor {number}" for number in range(1, 100)]},
    "employer": {"employer": ["Employer 7"]},
    "group": {"group": ["Group 30"]},
    "groups that overlap": {"group": ["Group 31", "Group 3"]},
    "programme": {"programme": ["Programme 0"]},
    "no learner's programme": {"programme": ["Programme 5"]},
    "sub-programme": {"sub_programme": ["Part 1"]},
    "rare programme status": {"programme_status": [ProgrammeStatus.WITHDRAWN]},
    "created": {"created": DayRange(date(2024, 3, 5), date(2024, 3, 20))},
    "created long ago": {"created": DayRange(None, date(2023, 9, 1))},
    "updated": {"updated": DayRange(date(2024, 1, 3), date(2025, 11, 17))},
    "updated long ago": {"updated": DayRange(None, date(2024, 1, 1))},
    "due": {"due": DayRange(date(2023, 10, 3), date(2025, 10, 30))},
    "due later": {"due": DayRange(date(2026, 9, 20), None)},
    "overdue": {"overdue": True},
    "not overdue": {"overdue": False},
    "common word": {"search": ("hours",)},
    "middling word": {"search": ("middle",)},
    "rare word": {"search": ("xylo",)},
    "absent word": {"search": ("qqqq",)},
    "old word": {"search": ("ancient",)},
    "two words": {"search": ("jones", "middle")},
    "two letters": {"search": ("qz",)},
    "number": {"search": ("123456",)},
    "ULN": {"search": ("1000007",)},
    "accents": {"search": ("sméth",)},
}  # fmt: skip
POINTERS = {"assignee": Member, "created_by": Member, "tutor": Member, "employer": Employer, "programme": Programme}
EXPRESSIONS = {
    "type": "type.key", "category": "type.category", "status": "t.status", "assignee": f"coalesce(t.assignee_id, '{MISSING_ID}')",
    "created_by": "t.created_by_id", "learner": "t.learner_id", "tutor": "r.tutor_id", "employer": "r.employer_id",
    "programme": "r.programme_id", "sub_programme": "r.sub_programme", "programme_status": "r.programme_status",
    "created": "(t.created_at AT TIME ZONE 'Europe/London')::date", "due": "t.due_date",
    "updated": "(t.updated_at AT TIME ZONE 'Europe/London')::date",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenant(postgres: str, template: str) -> AsyncIterator[Mapping[str, Viewer]]:
    """The large organisation, and those who look into it."""
    await administer(postgres, f"CREATE DATABASE large TEMPLATE {template}")
    credentials = database_credentials(with_database(postgres, "large"))
    await million_trackers.fill(credentials)
    async with opened(credentials):
        yield {name: await viewer(await Member.get(name=name)) for name in VIEWERS}
    await administer(postgres, "DROP DATABASE large WITH (FORCE)")


async def _filter(given: Mapping[str, Any]) -> TrackerFilter:
    """The filter, its names turned into ids."""
    found = dict(given)
    for name, model in POINTERS.items():
        if name in found:
            found[name] = tuple([row.id for row in await model.filter(name__in=found[name])])
    if "learner" in found:
        found["learner"] = tuple([row.id for row in await Learner.filter(reference__in=found["learner"])])
    return TrackerFilter(**found)


async def _page(who: Viewer, request: PageRequest, query: TrackerQuery) -> Any:
    """A page, after its plan has been looked at."""
    with record_fetches() as statements:
        page = await page_of_trackers(who, request, query)
    (statement,) = statements
    plan = await plan_nodes(statement)
    read, most = sum(map(rows_read, plan)), max(map(rows_sorted, plan))
    whole = [node["Relation Name"] for node in plan if node["Node Type"].endswith("Seq Scan")]
    about = (who.member.name, request, query, read, most)
    assert not WHOLE & set(whole), (about, whole)
    assert read < MOST_READ, about
    assert most < MOST_SORTED, about
    return page


def _numbers(page: Any) -> list[int]:
    return [record["t.number"] for record in page.records]


async def _expected(who: Viewer, filter_by: TrackerFilter, order: str, limit: int) -> list[int]:
    """What the tables themselves say of a tutor's trackers."""
    values: list[object] = [who.member_id]

    def bound(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    mine = "SELECT id FROM tracker WHERE assignee_id = $1 OR created_by_id = $1"
    taught = "SELECT taught.id FROM learner JOIN tracker taught ON taught.learner_id = learner.id WHERE tutor_id = $1"
    where = [f"t.id IN ({mine} UNION {taught})"]
    for name, sql in EXPRESSIONS.items():
        given = getattr(filter_by, name)
        if isinstance(given, DayRange):
            ends = ((">=", given.first), ("<=", given.last))
            where += [f"{sql} {way} {bound(end)}" for way, end in ends if end is not None]
        elif given is not None and not (name == "assignee" and filter_by.unassigned):
            where.append(f"({sql})::text = ANY({bound([str(one) for one in given])})")
    if filter_by.unassigned is not None:
        either = [str(one) for one in (*(filter_by.assignee or ()), MISSING_ID)]
        way = "" if filter_by.unassigned else "NOT "
        where.append(f"{way}({EXPRESSIONS['assignee']})::text = ANY({bound(either)})")
    if filter_by.overdue is not None:
        today = "(now() AT TIME ZONE 'Europe/London')::date"
        where.append(
            f"(t.due_date < {today} AND t.status IN ('NEW', 'APPROVED')) IS {'' if filter_by.overdue else 'NOT '}TRUE"
        )
    if filter_by.group is not None:
        of = f"SELECT learner_id FROM learner_in_group JOIN learner_group g ON g.id = group_id WHERE g.name = ANY({bound(list(filter_by.group))})"
        where.append(f"t.learner_id IN ({of})")
    for word in filter_by.search:
        name = bound(word)
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


async def _looks_right(who: Viewer, query: TrackerQuery, order: str, backwards: str) -> None:
    """Both ends of the list, and what lies around the middle of its first page."""
    first = await _page(who, PageRequest(first=50), query)
    last = await _page(who, PageRequest(last=50), query)
    if who.member.name == million_trackers.SMALL:
        assert _numbers(first) == await _expected(who, query.filter_by, order, 50)
        assert _numbers(last) == (await _expected(who, query.filter_by, backwards, 50))[::-1]
    assert bool(first.records) is bool(last.records)
    assert (first.has_previous, last.has_next) == (False, False)
    if not first.records:
        return
    place = len(first.cursors) // 2
    after = await _page(who, PageRequest(first=100, after=first.cursors[place]), query)
    assert _numbers(after)[: 49 - place] == _numbers(first)[place + 1 :]
    assert after.has_previous
    before = await _page(who, PageRequest(last=100, before=first.cursors[place]), query)
    assert _numbers(before) == _numbers(first)[:place]
    assert before.has_next


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", FILTERS)
async def test_a_page_of_one_filter_reads_few_rows(tenant: Mapping[str, Viewer], name: str) -> None:
    query = TrackerQuery(filter_by=await _filter(FILTERS[name]))
    for who in tenant.values():
        await _looks_right(who, query, "t.number DESC", "t.number")


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
@pytest.mark.parametrize("way", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ORDERS)
async def test_a_page_of_one_order_reads_few_rows(tenant: Mapping[str, Viewer], field: str, way: str) -> None:
    query = TrackerQuery(order_by=(OrderTerm(TrackerOrderField(field), way == "DESC"),))
    keys, other = (*ORDERS[field], "t.number"), "ASC" if way == "DESC" else "DESC"
    order = ", ".join(f"{key} {way} NULLS LAST" for key in keys)
    backwards = ", ".join(f"{key} {other} NULLS FIRST" for key in keys)
    for who in tenant.values():
        await _looks_right(who, query, order, backwards)
