"""Tests of filtering, ordering and searching trackers, forwards and backwards, against results computed in Python."""

import pytest

from models import Learner, Member, TrackerType
from services.kernel.global_ids import to_global_id
from services.trackers.listing.orders import MISSING_ID
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.clients.paging import forge_cursor
from tests.support.generators.random_filters import ORDERS, make_filters
from tests.support.generators.random_trackers import make_random_tracker, make_trackers
from tests.support.scenarios.expected_trackers import (
    PAGE,
    Json,
    cases,
    is_visible_to,
    matches,
    ordered_numbers,
    read_all_pages,
)

pytestmark = pytest.mark.slow


async def _check_list(member: Member, page_size: int, arguments: Json) -> None:
    """Compare a list, read page by page in both directions, with the expected trackers."""
    filter_ = arguments.get("filter", {})
    expected_cases = [case for case in await cases() if is_visible_to(member, case) and matches(case, filter_)]
    expected = ordered_numbers(expected_cases, arguments.get("orderBy", []))
    for backwards in (False, True):
        assert await read_all_pages(member, page_size, backwards=backwards, **arguments) == (expected, len(expected)), (
            member.name,
            arguments,
        )


async def test_single_and_combined_filters_find_the_expected_trackers(database: str) -> None:
    random, organisation, members = await make_trackers(1)
    for filter_ in await make_filters(random, organisation, members):
        await _check_list(random.choice(members), random.choice([3, 7, 100]), {"filter": filter_})


async def test_single_and_combined_orders_with_ties_and_nulls_are_as_expected(database: str) -> None:
    random, organisation, members = await make_trackers(2)
    single = [[{"field": field, "direction": direction}] for field in ORDERS for direction in ("ASC", "DESC")]
    several = [
        [{"field": field, "direction": random.choice(["ASC", "DESC"])} for field in random.sample(ORDERS, 3)]
        for _ in range(10)
    ]
    for order in [*single, *several, []]:
        await _check_list(random.choice(members), random.choice([4, 9]), {"orderBy": order})
    filters = await make_filters(random, organisation, members)
    for order in random.sample([*single, *several], 12):
        await _check_list(random.choice(members), 5, {"orderBy": order, "filter": random.choice(filters)})


@pytest.mark.parametrize("field", ORDERS)
async def test_pages_are_stable_while_trackers_are_created(database: str, field: str) -> None:
    """Read all pages; each tracker that existed before the first page is returned exactly once."""
    random, organisation, members = await make_trackers(3)
    numbers_before = [case.tracker.number for case in await cases()]
    job, learner = await TrackerType.get(key="JOB"), await Learner.first()
    assert learner is not None
    order = [{"field": field, "direction": "DESC"}]
    numbers: list[int] = []
    after, more = None, True
    while more:
        page = (await data(members[0], PAGE, orderBy=order, first=7, after=after))["trackers"]
        numbers += [edge["node"]["number"] for edge in page["edges"]]
        after, more = page["edges"][-1]["cursor"], page["pageInfo"]["hasNextPage"]
        if len(numbers) < 60:
            await make_random_tracker(random, organisation, job, learner, members, make.now())
    assert len(numbers) == len(set(numbers))
    assert [number for number in numbers if number in numbers_before] == ordered_numbers(
        [case for case in await cases() if case.tracker.number in numbers_before], order
    )


LEARNER_TRACKERS = """
query ($id: ID!, $filter: TrackerFilter, $orderBy: [TrackerOrder!]) {
  learner(id: $id) { trackers(filter: $filter, orderBy: $orderBy) { nodes { number } totalCount } }
}
"""


async def test_the_trackers_of_a_learner_are_filtered_and_ordered_alike(database: str) -> None:
    random, organisation, members = await make_trackers(4)
    filters = await make_filters(random, organisation, members)
    for learner in await Learner.filter(organisation=organisation):
        order = [{"field": random.choice(ORDERS), "direction": random.choice(["ASC", "DESC"])}]
        filter_ = random.choice(filters)
        expected_cases = [case for case in await cases() if case.learner.id == learner.id and matches(case, filter_)]
        page = (await data(members[0], LEARNER_TRACKERS, id=gid(learner), filter=filter_, orderBy=order))["learner"][
            "trackers"
        ]
        assert page == {
            "nodes": [{"number": n} for n in ordered_numbers(expected_cases, order)],
            "totalCount": len(expected_cases),
        }, filter_


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"filter": {"search": "x" * 201}}, ["filter", "search"]),
        ({"filter": {"search": "a\0"}}, ["filter", "search"]),
        ({"filter": {"search": "a b c d e f g h i j k"}}, ["filter", "search"]),
        ({"filter": {"created": {"from": "2026-09-02", "to": "2026-09-01"}}}, ["filter", "created"]),
        ({"filter": {"updated": {"from": "2026-09-02", "to": "2026-09-01"}}}, ["filter", "updated"]),
        ({"filter": {"due": {"from": "2026-09-02", "to": "2026-09-01"}}}, ["filter", "due"]),
        ({"filter": {"tutorId": ["x"]}}, ["filter", "tutorId", "0"]),
        ({"filter": {"employerId": ["x"]}}, ["filter", "employerId", "0"]),
        ({"filter": {"programmeId": ["x"]}}, ["filter", "programmeId", "0"]),
        ({"orderBy": [{"field": "TYPE"}, {"field": "NUMBER"}, {"field": "TYPE"}]}, ["orderBy", "2", "field"]),
    ],
)
async def test_invalid_arguments_are_request_errors(database: str, arguments: Json, path: list[str]) -> None:
    answer = await ask(await make.member(), PAGE, **arguments)
    assert answer["data"] is None
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "BAD_USER_INPUT", "path": path}]


async def test_a_cursor_is_valid_for_its_order_and_any_filter(database: str) -> None:
    _, _, members = await make_trackers(5)
    orders = [[], *([{"field": field, "direction": direction}] for field in ORDERS for direction in ("ASC", "DESC"))]
    pages = [(await data(members[0], PAGE, first=3, orderBy=order))["trackers"]["edges"] for order in orders]
    for order, edges in zip(orders, pages, strict=True):
        answers = [await ask(members[0], PAGE, orderBy=order, after=other[-1]["cursor"]) for other in pages]
        accepted = [other for other, answer in zip(pages, answers, strict=True) if "errors" not in answer]
        assert accepted == [edges], order
        filter_ = {"status": ["NEW"]}
        page = (await data(members[0], PAGE, orderBy=order, filter=filter_, after=edges[-1]["cursor"]))["trackers"]
        filtered_cases = [case for case in await cases() if matches(case, filter_)]
        first_numbers = {edge["node"]["number"] for edge in edges}
        assert [edge["node"]["number"] for edge in page["edges"]] == [
            number for number in ordered_numbers(filtered_cases, order) if number not in first_numbers
        ]


TYPES_BY_FILTER = {
    "assigneeId": "Member", "createdById": "Member", "tutorId": "Member", "employerId": "Employer", "programmeId": "Programme",
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES_BY_FILTER)
async def test_filtering_by_the_nil_id_returns_no_trackers(database: str, name: str) -> None:
    _, _, members = await make_trackers(6)
    page = (await data(members[0], PAGE, filter={name: [to_global_id(TYPES_BY_FILTER[name], MISSING_ID)]}))["trackers"]
    assert (page["totalCount"], page["edges"]) == (0, [])


async def test_a_forged_cursor_beyond_all_statuses_is_accepted(database: str) -> None:
    _, _, members = await make_trackers(7)
    for position, count in ((-2_147_483_647, 60), (2_147_483_647, 0)):
        forged = forge_cursor("trackers STATUS ASC", str(position), "1")
        page = (await data(members[0], PAGE, orderBy=[{"field": "STATUS"}], after=forged))["trackers"]
        assert len(page["edges"]) == min(count, 50)
        page = (await data(members[0], PAGE, orderBy=[{"field": "STATUS"}], last=100, before=forged))["trackers"]
        assert len(page["edges"]) == 60 - count
