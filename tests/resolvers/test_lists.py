"""What holds for every list that one searches by name, and what is each one's own."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from models import Member, MemberKind, Role
from models.base import new_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data
from tests.support.clients.paging import cursor, names, refused_at, walked

LISTS = ("learners", "members", "employers", "programmes")


async def staffed() -> Member:
    """An administrator in an organisation whose members, employers and programmes have five names."""
    ada = await make.member(name="Ada", email="head@example.org")
    organisation = await ada.organisation
    for name in ("Bäckerei Ost", "100% Bread", "Bread_Co", "Zoë"):
        await make.member(organisation, name=name)
        await make.employer(organisation, name=name)
        await make.programme(organisation, name=name)
    await make.employer(organisation, name="Ada", confirmed=False)
    await make.programme(organisation, name="Ada")
    return ada


@pytest.mark.parametrize("field", LISTS[1:])
async def test_rows_are_found_by_parts_of_their_names_and_paged(database: str, field: str) -> None:
    ada = await staffed()
    everything = ["100% Bread", "Ada", "Bread_Co", "Bäckerei Ost", "Zoë"]
    expected = {
        "": everything,
        "backerei": ["Bäckerei Ost"],
        "OST bäck": ["Bäckerei Ost"],
        "zoe": ["Zoë"],
        "bread": ["100% Bread", "Bread_Co"],
        "%": ["100% Bread"],
        "d_c": ["Bread_Co"],
        "\\": [],
        "ada zoe": [],
    }
    assert {search: await names(ada, field, search) for search in expected} == expected
    assert await walked(ada, field, 2) == [everything[:2], everything[2:4], everything[4:]]
    assert await walked(ada, field, 2, backwards=True) == [everything[3:], everything[1:3], everything[:1]]


@pytest.mark.parametrize("field", LISTS)
async def test_an_empty_list_is_a_page_too(database: str, field: str) -> None:
    ada = await staffed()
    document = f'{{ {field}(search: "nobody") {{ totalCount nodes {{ id }} edges {{ cursor }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}'
    assert (await data(ada, document))[field] == {
        "totalCount": 0,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


@pytest.mark.parametrize("field", [*LISTS, "trackers"])
async def test_pages_that_make_no_sense(database: str, field: str) -> None:
    ada = await make.member()
    for count in (0, -1, 101, 2_147_483_647):
        assert await refused_at(ada, field, first=count) == ["first"]
        assert await refused_at(ada, field, last=count) == ["last"]
    assert await refused_at(ada, field, first=1, last=1) == ["last"]
    some_id = str(new_id())
    rubbish = [
        "",
        "rubbish",
        "é",
        "\x00",
        "\ud800",
        "A" * 10_000,
        cursor(),
        cursor(field),
        cursor(field, some_id),
        cursor(field, "a", "b", some_id, "c"),
        cursor(field, "a\x00", "b", some_id),
        cursor(field, "a\ud800", "b", some_id),
        cursor(field, "a", "b", "rubbish"),
        cursor(field, "a\x00", some_id),
        cursor(field, 5, some_id),
        cursor(field, None, some_id),
        cursor(field, ["a"], some_id),
        cursor("others", "a", some_id),
        urlsafe_b64encode(b"[" * 5_000).decode(),
        urlsafe_b64encode(b"{}").decode(),
        urlsafe_b64encode(b"5").decode(),
    ]
    if field == "trackers":
        moments = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00", "2026-01-01", "now")
        rubbish += [cursor(field, moment, some_id) for moment in moments]
    for given in rubbish:
        assert await refused_at(ada, field, after=given) == ["after"], given[:80]
        assert await refused_at(ada, field, before=given) == ["before"], given[:80]


async def test_a_cursor_belongs_to_its_list(database: str) -> None:
    ada = await staffed()
    organisation = await ada.organisation
    await make.tracker(organisation, learner=await make.learner(organisation))
    fields = (*LISTS, "trackers")
    whole = await data(ada, f"{{ {' '.join(f'{field} {{ pageInfo {{ endCursor }} }}' for field in fields)} }}")
    cursors = {field: whole[field]["pageInfo"]["endCursor"] for field in fields}
    for field in fields:
        for other in fields:
            if other != field:
                assert await refused_at(ada, field, after=cursors[other]) == ["after"]
    # It belongs to the list, not to its search: what comes after Zoë is nothing.
    after = 'query ($at: String) { members(search: "bread", after: $at) { nodes { name } totalCount } }'
    assert (await data(ada, after, at=cursors["members"]))["members"] == {"nodes": [], "totalCount": 2}


@pytest.mark.parametrize("field", LISTS)
async def test_searches_that_make_no_sense(database: str, field: str) -> None:
    ada = await make.member()
    for search in ("x" * 201, "😀" * 201, "a\x00", "\ud800", " " * 201):
        assert await refused_at(ada, field, search=search) == ["search"]
    assert await names(ada, field, "😀" * 200) == []


async def test_members_to_whom_the_viewer_may_give_a_tracker(database: str) -> None:
    ada = await make.member(name="Ada")
    organisation = await ada.organisation
    tutor = await make.member(organisation, name="Tina", kind=MemberKind.TUTOR)
    await make.member(organisation, name="Tom", kind=MemberKind.TUTOR, roles=list(Role))
    await make.member(organisation, name="Bob")
    await make.member(organisation, name="Gone", active=False)
    only = ", assignableOnly: true"
    assert await names(ada, "members") == ["Ada", "Bob", "Gone", "Tina", "Tom"]
    assert await names(ada, "members", arguments=only) == ["Ada", "Bob"]
    assert await names(tutor, "members", arguments=only) == ["Ada", "Bob", "Tina"]
    assert await names(tutor, "members", "t", arguments=only) == ["Tina"]


async def test_members_are_found_by_their_addresses_too(database: str) -> None:
    ada = await staffed()
    assert await names(ada, "members", "HEAD@") == ["Ada"]
    assert await names(ada, "members", "ada example.org") == ["Ada"]
    await make.member(await ada.organisation, name="Umlaut", email="jörg@example.org")
    assert await names(ada, "members", "jorg@") == await names(ada, "members", "JÖRG") == ["Umlaut"]


async def test_employers_that_are_confirmed(database: str) -> None:
    ada = await staffed()
    confirmed = await names(ada, "employers", arguments=", confirmedOnly: true")
    assert confirmed == ["100% Bread", "Bread_Co", "Bäckerei Ost", "Zoë"]


@pytest.mark.parametrize("field", [*LISTS, "trackers", "trackerTypes"])
async def test_lists_are_for_those_who_are_signed_in(database: str, field: str) -> None:
    below: Any = "{ key }" if field == "trackerTypes" else "{ totalCount }"
    answer = await ask(None, f"{{ {field} {below} }}")
    assert answer["data"] is None
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UNAUTHENTICATED"}]
