"""The order of lists of names: as people read them, without regard to case, accents and the shape of apostrophes."""

import csv
from typing import Any

import pytest
from tortoise import Model

from models import Employer, Group, Learner, Member, Programme
from models.database import fetch
from services.accounts.members import page_of_members
from services.imports.learners import import_learners
from services.paging.pages import Page, PageRequest
from services.records.employers import page_of_employers
from services.records.learners import page_of_learners
from services.records.programmes import page_of_programmes
from services.row_selection import all_columns
from tests.support import factories as make
from tests.support.clients.graphql import data, viewer
from tests.support.clients.paging import all_pages, first_page_names, forge_cursor, rejected_argument
from tests.support.databases.query_plans import plan_nodes, record_fetches, rows_read
from tests.support.paths import DATA

FILE = DATA / "names" / "sort-names.csv"
IN_ORDER = [
    "Adams",
    "Åström",
    "de Silva",
    "Élan",
    "MacDonald",
    "Macdonald",
    "macey",
    # An apostrophe, straight or curly, comes before letters, as in the list of trackers.
    "O'Brady",
    "O’Brien",
    "Obi",
    "Öz",
    "Smith",
    "smith",
    "Smith-Jones",
    "van Dyk",
    "Zed",
]
SAME = ("Macdonald", "smith")
"""The names of the file that name no further employer or programme."""


async def make_lists() -> Member:
    """Create learners, members, employers and programmes with the names of the file, and return an administrator."""
    ada = await make.member(name="Ada")
    organisation = await ada.organisation
    await import_learners(FILE, organisation_id=organisation.id)
    for row in csv.DictReader(FILE.read_text("utf-8").splitlines()):
        await make.member(organisation, name=row["familyName"])
        if row["familyName"] not in SAME:
            await make.employer(organisation, name=row["familyName"])
            await make.programme(organisation, name=row["familyName"])
    return ada


@pytest.mark.parametrize("size", [1, 3, 100])
async def test_lists_are_in_the_order_in_which_people_read_names(database: str, size: int) -> None:
    ada = await make_lists()
    different = [name for name in IN_ORDER if name not in SAME]
    expected = {
        "learners": [f"G {name}" for name in IN_ORDER],
        "members": ["Ada", *IN_ORDER],
        "employers": different,
        "programmes": different,
    }
    for field, names in expected.items():
        pages = [names[start : start + size] for start in range(0, len(names), size)]
        assert await all_pages(ada, field, size) == pages
        from_the_end = [names[max(end - size, 0) : end] for end in range(len(names), 0, -size)]
        assert await all_pages(ada, field, size, backwards=True) == from_the_end


async def test_given_names_decide_between_family_names_that_differ_by_case(database: str) -> None:
    ada = await make.member()
    for given_names, family_name in (("Zoe", "Smith"), ("Émile", "SMITH"), ("Adam", "smith"), ("adam", "Smith")):
        await make.learner(await ada.organisation, given_names=given_names, family_name=family_name)
    assert await first_page_names(ada, "learners") == ["adam Smith", "Adam smith", "Émile SMITH", "Zoe Smith"]


async def test_groups_of_a_learner_are_in_this_order(database: str) -> None:
    ada = await make.member()
    organisation = await ada.organisation
    learner = await make.learner(organisation)
    for name in ("b", "C", "Á", "a'", "A’b"):
        await learner.groups.add(await Group.create(organisation=organisation, name=name))
    await make.tracker(organisation, learner=learner)
    document = "{ learners { nodes { groups } } trackers { nodes { learner { groups } } } }"
    answer = await data(ada, document)
    groups = ["Á", "a'", "A’b", "b", "C"]
    assert answer["learners"]["nodes"] == [{"groups": groups}]
    assert answer["trackers"]["nodes"] == [{"learner": {"groups": groups}}]


@pytest.mark.parametrize("field", ["learners", "members", "employers", "programmes"])
@pytest.mark.parametrize("search", ["O'B", "o’b", "O\u02bcB"])
async def test_a_search_finds_every_apostrophe(database: str, field: str, search: str) -> None:
    ada = await make_lists()
    prefix = "G " if field == "learners" else ""
    assert await first_page_names(ada, field, search) == [f"{prefix}O'Brady", f"{prefix}O’Brien"]


async def test_a_cursor_of_the_former_order_is_an_error(database: str) -> None:
    ada = await make_lists()
    some_id = str(ada.id)
    assert await rejected_argument(ada, "learners", after=forge_cursor("learners", "Zed", "G", some_id)) == ["after"]
    for field in ("members", "employers", "programmes"):
        assert await rejected_argument(ada, field, before=forge_cursor(field, "Zed", some_id)) == ["before"]


INSERT_MANY = """
INSERT INTO {table} (id, organisation_id, name{columns})
SELECT gen_random_uuid(), $1, chr(97 + n % 26) || 'Name ' || n{values} FROM generate_series(1, 3000) n
"""
INSERT_LEARNERS = """
INSERT INTO learner (id, organisation_id, given_names, family_name, programme_status, created_at)
SELECT gen_random_uuid(), $1, 'Given', chr(97 + n % 26) || 'Name ' || n, 'ACTIVE', now() FROM generate_series(1, 3000) n
"""


@pytest.mark.parametrize("statistics", [False, True])
async def test_a_page_in_the_middle_reads_few_rows(database: str, statistics: bool) -> None:
    ada = await make.member()
    organisation_id = ada.organisation_id
    await fetch(INSERT_LEARNERS, organisation_id)
    await fetch(INSERT_MANY.format(table="programme", columns="", values=""), organisation_id)
    await fetch(INSERT_MANY.format(table="employer", columns=", confirmed", values=", true"), organisation_id)
    columns, values = ", email, kind, roles, active, created_at", ", n || '@e.example', 'TUTOR', '{}', true, now()"
    await fetch(INSERT_MANY.format(table="member", columns=columns, values=values), organisation_id)
    if statistics:
        await fetch("ANALYZE learner, programme, employer, member")
    name, some_id = "mname 1500\tmName 1500", str(ada.id)
    signed_in, rows = await viewer(ada), {}
    for list_, model, page_of, options in LISTS:
        key = "mname 1500\tgiven\tmName 1500\tGiven" if list_ == "learners" else name
        request = PageRequest(first=10, after=forge_cursor(f"{list_} by name", key, some_id))
        with record_fetches() as statements:
            page: Page = await page_of(signed_in, request, all_columns(model), search=None, count=False, **options)
        assert (len(page.records), page.has_next, page.has_previous) == (10, True, True)
        rows[list_] = sum(map(rows_read, await plan_nodes(statements[0])))
    assert {list_: count for list_, count in rows.items() if count > 100} == {}


LISTS: tuple[tuple[str, type[Model], Any, dict[str, bool]], ...] = (
    ("learners", Learner, page_of_learners, {}),
    ("members", Member, page_of_members, {"assignable_only": False}),
    ("employers", Employer, page_of_employers, {"confirmed_only": False}),
    ("programmes", Programme, page_of_programmes, {}),
)
