"""Filters, orders and searches of trackers, compared with what the rows say, forwards and backwards."""

import datetime as dt
from random import Random
from typing import Any

import pytest

from models import (
    Employer,
    Group,
    Learner,
    Member,
    MemberKind,
    Organisation,
    Programme,
    ProgrammeStatus,
    Tracker,
    TrackerStatus,
    TrackerType,
)
from services.kernel.dates import today
from services.kernel.global_ids import to_global_id
from services.trackers.listing.orders import MISSING_ID
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.clients.paging import forge_cursor
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

ORDERS = ["CREATED_AT", "UPDATED_AT", "DUE_DATE", "STATUS", "TYPE", "LEARNER", "ASSIGNEE", "CREATED_BY", "NUMBER"]
NAMES = ["Sméth", "Smeth", "O'Neil", "de la Cruz", "Ångström", "smith-jones"]
WORDS = ["100% sure", "a_b", "back\\slash", "Zoë's ILR 25-26", "(qz)", "x", ""]
SEARCHES = [
    "smeth", "SMÉTH", "o'n", "la cruz", "angstrom", "smith-j", "%", "_", "\\", "100%", "a_b", "25-26", "qz", "zo", "x", "-",
    "10", "1000000", "12", "7", "07", "ilr zoe", "nothing", "é",
]  # fmt: skip


async def town(seed: int) -> tuple[Random, Organisation, list[Member]]:
    """Sixty trackers about twelve learners: few values, so that there are ties, and nobody and nothing among them."""
    random = Random(seed)
    organisation = await make.organisation()
    kinds = [MemberKind.ADMINISTRATOR, MemberKind.ADMINISTRATOR, MemberKind.TUTOR, MemberKind.TUTOR, MemberKind.TUTOR]
    people = [
        await make.member(organisation, kind=kind, name=name)
        for kind, name in zip(kinds, ["Zed", "ann", "Ann", "Émile", "Bob"], strict=True)
    ]
    groups = [await Group.create(organisation=organisation, name=name) for name in ("A", "B", "C")]
    employers = [await make.employer(organisation) for _ in range(2)]
    programmes = [await make.programme(organisation) for _ in range(2)]
    learners = []
    for number in range(12):
        learner = await make.learner(
            organisation, tutor=random.choice([*people[2:], None]), given_names=random.choice(["Zoë", "Al"]),
            family_name=random.choice(NAMES), uln=f"10000000{number:02}" if number % 3 else None,
            employer=random.choice([*employers, None]), programme=random.choice([*programmes, None]),
            sub_programme=random.choice(["Part 1", "Part 2", None]), programme_status=random.choice(list(ProgrammeStatus)[:3]),
        )  # fmt: skip
        await learner.groups.add(*random.sample(groups, random.randint(0, 2))) if number else None
        learners.append(learner)
    types = [
        *[await TrackerType.get(key=key, organisation_id=None) for key in ("JOB", "ILR", "BREAK_IN_LEARNING")],
        await make.tracker_type(organisation, key="OWN", name="an own type"),
    ]
    moment = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
    for _ in range(60):
        moment += dt.timedelta(hours=random.choice([0, 1, 13, 40]))
        await _tracker(random, organisation, random.choice(types), random.choice(learners), people, moment)
    return random, organisation, people


async def _tracker(
    random: Random,
    organisation: Organisation,
    kind: TrackerType,
    learner: Learner,
    people: list[Member],
    moment: dt.datetime,
) -> Tracker:
    return await make.tracker(
        organisation, type=kind, learner=learner,
        assignee=random.choice([*people, None, None]), created_by=random.choice([*people, None]),
        status=random.choice(list(TrackerStatus)), description=random.choice(WORDS), created_at=moment,
        updated_at=moment + dt.timedelta(days=random.choice([0, 1, 30, 400])),
        due_date=random.choice([None, today() + dt.timedelta(days=random.choice([-700, -30, -1, 0, 1, 20]))]),
    )  # fmt: skip


async def _filters(random: Random, organisation: Organisation, people: list[Member]) -> list[Json]:
    """Each field alone, in several shapes, and some together."""

    def some(values: list[Any]) -> list[Any]:
        return random.choices(values, k=random.randint(1, 3))

    def days() -> Json:
        first = dt.date(2026, 3, 1) + dt.timedelta(days=random.randint(0, 60))
        last = first + dt.timedelta(days=random.choice([0, 3, 31, 500]))
        return random.choice([{"from": f"{first}"}, {"to": f"{last}"}, {"from": f"{first}", "to": f"{last}"}, {}])

    rows = {
        "learnerId": [gid(one) for one in await Learner.filter(organisation=organisation)],
        "employerId": [gid(one) for one in await Employer.filter(organisation=organisation)],
        "programmeId": [gid(one) for one in await Programme.filter(organisation=organisation)],
        "type": ["JOB", "ILR", "OWN", "NONE"],
        "category": ["EMPLOYABILITY", "FUNDED", "CUSTOM", "PROCESS_AUTOMATION"],
        "status": [one.value for one in TrackerStatus],
        "programmeStatus": [one.value for one in ProgrammeStatus][:4],
        "group": ["A", "B", "C", "D"],
        "subProgramme": ["Part 1", "Part 2", "Part 3"],
        **{key: list(map(gid, people)) for key in ("assigneeId", "createdById", "tutorId")},
    }
    alone: list[Json] = [{name: some(values)} for name, values in rows.items() for _ in range(2)]
    alone += [{name: days()} for name in ("created", "updated", "due") for _ in range(3)]
    alone += [{"due": {"to": f"{today()}"}}, {"due": {"from": f"{today() - dt.timedelta(days=700)}"}}]
    alone += [{name: value} for name in ("overdue", "unassigned") for value in (True, False)]
    alone += [{"search": text} for text in SEARCHES]
    alone += [{"unassigned": True, "assigneeId": some(rows["assigneeId"])}, {}]
    return [*alone, *({**random.choice(alone), **random.choice(alone)} for _ in range(15))]


async def _agrees(member: Member, size: int, asked: Json) -> None:
    seen = [case for case in await cases() if is_visible_to(member, case) and matches(case, asked.get("filter", {}))]
    expected = ordered_numbers(seen, asked.get("orderBy", []))
    for backwards in (False, True):
        assert await read_all_pages(member, size, backwards=backwards, **asked) == (expected, len(expected)), (
            member.name,
            asked,
        )


async def test_single_and_combined_filters_find_the_expected_trackers(database: str) -> None:
    random, organisation, people = await town(1)
    for asked in await _filters(random, organisation, people):
        await _agrees(random.choice(people), random.choice([3, 7, 100]), {"filter": asked})


async def test_single_and_combined_orders_with_ties_and_nulls(database: str) -> None:
    random, organisation, people = await town(2)
    single = [[{"field": field, "direction": way}] for field in ORDERS for way in ("ASC", "DESC")]
    several = [
        [{"field": field, "direction": random.choice(["ASC", "DESC"])} for field in random.sample(ORDERS, 3)]
        for _ in range(10)
    ]
    for order in [*single, *several, []]:
        await _agrees(random.choice(people), random.choice([4, 9]), {"orderBy": order})
    filters = await _filters(random, organisation, people)
    for order in random.sample([*single, *several], 12):
        await _agrees(random.choice(people), 5, {"orderBy": order, "filter": random.choice(filters)})


@pytest.mark.parametrize("field", ORDERS)
async def test_pages_are_stable_while_trackers_are_created(database: str, field: str) -> None:
    """Of what was there when the reading began, nothing is left out and nothing comes twice."""
    random, organisation, people = await town(3)
    before = [case.tracker.number for case in await cases()]
    job, learner = await TrackerType.get(key="JOB"), await Learner.first()
    assert learner is not None
    order = [{"field": field, "direction": "DESC"}]
    numbers: list[int] = []
    after, more = None, True
    while more:
        page = (await data(people[0], PAGE, orderBy=order, first=7, after=after))["trackers"]
        numbers += [edge["node"]["number"] for edge in page["edges"]]
        after, more = page["edges"][-1]["cursor"], page["pageInfo"]["hasNextPage"]
        if len(numbers) < 60:
            await _tracker(random, organisation, job, learner, people, make.now())
    assert len(numbers) == len(set(numbers))
    assert [number for number in numbers if number in before] == ordered_numbers(
        [case for case in await cases() if case.tracker.number in before], order
    )


BELOW = """
query ($id: ID!, $filter: TrackerFilter, $orderBy: [TrackerOrder!]) {
  learner(id: $id) { trackers(filter: $filter, orderBy: $orderBy) { nodes { number } totalCount } }
}
"""


async def test_a_learners_trackers_are_filtered_and_ordered_the_same_way(database: str) -> None:
    random, organisation, people = await town(4)
    filters = await _filters(random, organisation, people)
    for learner in await Learner.filter(organisation=organisation):
        order = [{"field": random.choice(ORDERS), "direction": random.choice(["ASC", "DESC"])}]
        asked = random.choice(filters)
        about = [case for case in await cases() if case.learner.id == learner.id and matches(case, asked)]
        found = (await data(people[0], BELOW, id=gid(learner), filter=asked, orderBy=order))["learner"]["trackers"]
        assert found == {"nodes": [{"number": n} for n in ordered_numbers(about, order)], "totalCount": len(about)}, (
            asked
        )


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"filter": {"search": "x" * 201}}, ["filter", "search"]),
        ({"filter": {"search": "a\0"}}, ["filter", "search"]),
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
    _, _, people = await town(5)
    orders = [[], *([{"field": field, "direction": way}] for field in ORDERS for way in ("ASC", "DESC"))]
    pages = [(await data(people[0], PAGE, first=3, orderBy=order))["trackers"]["edges"] for order in orders]
    for order, edges in zip(orders, pages, strict=True):
        answers = [await ask(people[0], PAGE, orderBy=order, after=other[-1]["cursor"]) for other in pages]
        taken = [other for other, answer in zip(pages, answers, strict=True) if "errors" not in answer]
        assert taken == [edges], order
        filtered = {"status": ["NEW"]}
        page = (await data(people[0], PAGE, orderBy=order, filter=filtered, after=edges[-1]["cursor"]))["trackers"]
        rest = [case for case in await cases() if matches(case, filtered)]
        passed = {edge["node"]["number"] for edge in edges}
        assert [edge["node"]["number"] for edge in page["edges"]] == [
            number for number in ordered_numbers(rest, order) if number not in passed
        ]


NOBODYS = {
    "assigneeId": "Member", "createdById": "Member", "tutorId": "Member", "employerId": "Employer", "programmeId": "Programme",
}  # fmt: skip


@pytest.mark.parametrize("name", NOBODYS)
async def test_the_nil_id_finds_nothing(database: str, name: str) -> None:
    _, _, people = await town(6)
    found = (await data(people[0], PAGE, filter={name: [to_global_id(NOBODYS[name], MISSING_ID)]}))["trackers"]
    assert (found["totalCount"], found["edges"]) == (0, [])


async def test_a_forged_cursor_beyond_all_statuses_is_accepted(database: str) -> None:
    _, _, people = await town(7)
    for place, count in ((-2_147_483_647, 60), (2_147_483_647, 0)):
        made_up = forge_cursor("trackers STATUS ASC", str(place), "1")
        page = (await data(people[0], PAGE, orderBy=[{"field": "STATUS"}], after=made_up))["trackers"]
        assert len(page["edges"]) == min(count, 50)
        page = (await data(people[0], PAGE, orderBy=[{"field": "STATUS"}], last=100, before=made_up))["trackers"]
        assert len(page["edges"]) == 60 - count
