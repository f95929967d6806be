"""The list of learners: search, pagination, and the fields of a learner."""

import datetime as dt
from decimal import Decimal

import pytest

from models import Group, Learner, LearningAim, Member, MemberKind, Organisation
from schema.context import Context
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask_in, data, gid, viewer
from tests.support.clients.paging import all_pages, first_page_names
from tests.support.databases.sql_statements import record_statements

MARY, SEAN, ODD, YLVA = "Mary Jane Sméth", "Séan O'Neil", r"100% Real_Name\ One", "Ylva Ærlig-Øst"


async def make_aim(learner: Learner, start: str, sequence: int = 1) -> LearningAim:
    return await LearningAim.create(
        organisation_id=learner.organisation_id,
        learner=learner,
        start_date=dt.date.fromisoformat(start),
        sequence=sequence,
        reference=f"Z{sequence:07}",
        aim_type=1,
        completion_status=1,
    )


async def make_four_learners() -> Member:
    ada = await make.member(name="Ada")
    organisation = await ada.organisation
    for given_names, family_name, uln in (
        ("Mary Jane", "Sméth", "1000000043"),
        ("Séan", "O'Neil", "1234567890"),
        ("100%", "Real_Name\\ One", None),
        ("Ylva", "Ærlig-Øst", None),
    ):
        await make.learner(organisation, given_names=given_names, family_name=family_name, uln=uln)
    return ada


async def test_search_finds_learners_by_parts_of_names_and_numbers(database: str) -> None:
    ada = await make_four_learners()
    all_learners = [YLVA, SEAN, ODD, MARY]  # by family name
    expected = {
        "": all_learners,
        " \t ": all_learners,
        "smeth": [MARY],
        "SMÉTH": [MARY],
        "sme\u0301th": [MARY],
        "met": [MARY],
        "sean": [SEAN],
        "neil": [SEAN],
        "o'n": [SEAN],
        "aerlig": [YLVA],
        "ærlig-ost": [YLVA],
        "jane smeth": [MARY],
        "smeth\u00a0 mary": [MARY],
        "e n": [SEAN, ODD, MARY],  # in Séan O'Neil, One Real_Name and Jane Sméth
        "mary sean": [],
        "10000000": [MARY],
        "1000000043": [MARY],
        "10000000430": [],
        "0000043": [],
        "1": [SEAN, ODD, MARY],
        "mary 1000": [MARY],
        "sean 1000": [],
        "%": [ODD],
        "_": [ODD],
        "\\": [ODD],
        "100%": [ODD],
        "1%0": [],
        "real_name": [ODD],
        "real.name": [],
        "％": [ODD],
        "＿": [ODD],
        "＼": [ODD],
        "$1": [],
        "'; --": [],
        "x" * 200: [],
    }
    assert {search: await first_page_names(ada, "learners", search) for search in expected} == expected


async def test_learners_with_equal_names_are_paged_in_a_stable_order(database: str) -> None:
    ada = await make.member()
    organisation = await ada.organisation
    for given_names, family_name in (("Bea", "Ng"), ("Al", "Ng"), ("Al", "Ng"), ("Zoe", "Abu"), ("al", "ng")):
        await make.learner(organisation, given_names=given_names, family_name=family_name)
    ordered_names = ["Zoe Abu", "Al Ng", "Al Ng", "al ng", "Bea Ng"]
    assert await first_page_names(ada, "learners") == ordered_names
    assert await all_pages(ada, "learners", 2) == [ordered_names[:2], ordered_names[2:4], ordered_names[4:]]
    assert await all_pages(ada, "learners", 2, backwards=True) == [
        ordered_names[3:],
        ordered_names[1:3],
        ordered_names[:1],
    ]
    assert await all_pages(ada, "learners", 100) == [ordered_names]


async def make_full_learner(organisation: Organisation) -> Learner:
    learner = await make.learner(
        organisation,
        tutor=await make.member(organisation, kind=MemberKind.TUTOR, name="Tina"),
        title="Dr",
        given_names="Mary Jane",
        family_name="Sméth",
        uln="1000000043",
        reference="L1",
        programme=await make.programme(organisation, name="Baking"),
        sub_programme="Bread",
        employer=await make.employer(organisation, name="Acme", confirmed=False),
        job_title="Baker",
        weekly_hours=Decimal("37.50"),
        workplace_postcode="SW1A 1AA",
        address_line1="1 High Street",
        address_line2=None,
        address_line3="",
        address_line4="York",
        postcode="ZZ99 9ZZ",
    )
    for name in ("B", "A"):
        await learner.groups.add(await Group.create(organisation=organisation, name=name))
    return learner


async def test_all_fields_of_a_learner(database: str) -> None:
    ada = await make.member()
    learner = await make_full_learner(await ada.organisation)
    for sequence, start in enumerate(("2024-08-01", "2026-08-01", "2025-08-01", "2026-08-01"), start=1):
        await make_aim(learner, start, sequence)
    answer = await data(
        ada,
        """query ($id: ID!) { learner(id: $id) {
          id name title givenNames familyName uln reference programme { name } subProgramme programmeStatus
          employer { name confirmed } jobTitle weeklyHours workplacePostcode address { lines postcode } tutor { name }
          groups learningAims { reference startDate } trackers { totalCount } } }""",
        id=gid(learner),
    )
    assert answer["learner"] == {
        "id": gid(learner),
        "name": "Mary Jane Sméth",
        "title": "Dr",
        "givenNames": "Mary Jane",
        "familyName": "Sméth",
        "uln": "1000000043",
        "reference": "L1",
        "programme": {"name": "Baking"},
        "subProgramme": "Bread",
        "programmeStatus": "ACTIVE",
        "employer": {"name": "Acme", "confirmed": False},
        "jobTitle": "Baker",
        "weeklyHours": "37.50",
        "workplacePostcode": "SW1A 1AA",
        "address": {"lines": ["1 High Street", "York"], "postcode": "ZZ99 9ZZ"},
        "tutor": {"name": "Tina"},
        "groups": ["A", "B"],
        # Newest start first; aims with the same start are in the order of the return.
        "learningAims": [
            {"reference": "Z0000002", "startDate": "2026-08-01"},
            {"reference": "Z0000004", "startDate": "2026-08-01"},
            {"reference": "Z0000003", "startDate": "2025-08-01"},
            {"reference": "Z0000001", "startDate": "2024-08-01"},
        ],
        "trackers": {"totalCount": 0},
    }


@pytest.mark.parametrize("count", [2, 40])
async def test_connections_of_many_learners_take_one_statement_each(database: str, count: int) -> None:
    ada = await make.member()
    organisation = await ada.organisation
    tracker_type = await make.tracker_type(organisation)
    for _ in range(count):
        learner = await make.learner(
            organisation,
            tutor=await make.member(organisation),
            employer=await make.employer(organisation),
            programme=await make.programme(organisation),
        )
        await make_aim(learner, "2026-01-01")
        for number in range(3):
            await make.tracker(organisation, type=tracker_type, learner=learner, description=str(number))
    document = """{ learners(first: 100) { totalCount nodes { tutor { name } employer { name } programme { name } groups
      learningAims { reference }
      trackers(first: 2) { totalCount nodes { description } pageInfo { hasNextPage } }
      again: trackers(last: 1, filter: {status: [NEW]}) { nodes { description learner { name } } } } } }"""
    context = Context(INSTALLATION, InboxReader(), "", await viewer(ada))
    with record_statements() as statements:
        answer = await ask_in(context, document)
    page = answer["data"]["learners"]
    assert page["totalCount"] == len(page["nodes"]) == count
    for node in page["nodes"]:
        newest = [{"description": "2"}, {"description": "1"}]
        assert node["trackers"] == {"totalCount": 3, "nodes": newest, "pageInfo": {"hasNextPage": True}}
        assert node["again"]["nodes"][0]["description"] == "0"
        assert node["learningAims"] == [{"reference": "Z0000001"}]
    # The page; the aims; the trackers, with two sets of arguments.
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 4, statements
