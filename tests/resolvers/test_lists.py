"""The lists that can be searched by name: search, pagination, cursors, and the filters of each list."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from models import Member, MemberKind, Role
from models.base import new_id
from tests.support import factories as make
from tests.support.clients.graphql import ask, data
from tests.support.clients.paging import all_pages, first_page_names, forge_cursor, rejected_argument

LISTS = ("learners", "members", "employers", "programmes")


async def make_staff() -> Member:
    """Create an administrator, whose organisation has members, employers and programmes with the same five names."""
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
async def test_search_and_pagination(database: str, field: str) -> None:
    ada = await make_staff()
    all_names = ["100% Bread", "Ada", "Bäckerei Ost", "Bread_Co", "Zoë"]
    expected = {
        "": all_names,
        "backerei": ["Bäckerei Ost"],
        "OST bäck": ["Bäckerei Ost"],
        "zoe": ["Zoë"],
        "bread": ["100% Bread", "Bread_Co"],
        "%": ["100% Bread"],
        "d_c": ["Bread_Co"],
        "\\": [],
        "ada zoe": [],
    }
    assert {search: await first_page_names(ada, field, search) for search in expected} == expected
    assert await all_pages(ada, field, 2) == [all_names[:2], all_names[2:4], all_names[4:]]
    assert await all_pages(ada, field, 2, backwards=True) == [all_names[3:], all_names[1:3], all_names[:1]]


@pytest.mark.slow
@pytest.mark.parametrize("field", LISTS)
async def test_the_page_of_an_empty_search_result(database: str, field: str) -> None:
    ada = await make_staff()
    document = f'{{ {field}(search: "nobody") {{ totalCount nodes {{ id }} edges {{ cursor }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}'
    assert (await data(ada, document))[field] == {
        "totalCount": 0,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


@pytest.mark.parametrize("field", [*LISTS, "trackers"])
async def test_invalid_page_arguments_are_errors(database: str, field: str) -> None:
    ada = await make.member()
    for count in (0, -1, 101, 2_147_483_647):
        assert await rejected_argument(ada, field, first=count) == ["first"]
        assert await rejected_argument(ada, field, last=count) == ["last"]
    assert await rejected_argument(ada, field, first=1, last=1) == ["last"]
    name, some_id = f"{field} by name", str(new_id())
    invalid = [
        "",
        "rubbish",
        "é",
        "\x00",
        "\ud800",
        "A" * 10_000,
        forge_cursor(),
        forge_cursor(name),
        forge_cursor(name, some_id),
        forge_cursor(field, "a", some_id),
        forge_cursor(name, "a", "b", some_id, "c"),
        forge_cursor(name, "a\x00", "b", some_id),
        forge_cursor(name, "a\ud800", "b", some_id),
        forge_cursor(name, "a", "b", "rubbish"),
        forge_cursor(name, "a\x00", some_id),
        forge_cursor(name, 5, some_id),
        forge_cursor(name, None, some_id),
        forge_cursor(name, ["a"], some_id),
        forge_cursor("others", "a", some_id),
        urlsafe_b64encode(b"[" * 5_000).decode(),
        urlsafe_b64encode(b"{}").decode(),
        urlsafe_b64encode(b"5").decode(),
    ]
    if field == "trackers":
        times = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00", "2026-01-01", "now")
        invalid += [forge_cursor(field, time, some_id) for time in times]
    for text in invalid:
        assert await rejected_argument(ada, field, after=text) == ["after"], text[:80]
        assert await rejected_argument(ada, field, before=text) == ["before"], text[:80]


async def test_a_cursor_from_another_list_is_an_error(database: str) -> None:
    ada = await make_staff()
    organisation = await ada.organisation
    await make.tracker(organisation, learner=await make.learner(organisation))
    fields = (*LISTS, "trackers")
    lists = await data(ada, f"{{ {' '.join(f'{field} {{ pageInfo {{ endCursor }} }}' for field in fields)} }}")
    cursors = {field: lists[field]["pageInfo"]["endCursor"] for field in fields}
    for field in fields:
        for other in fields:
            if other != field:
                assert await rejected_argument(ada, field, after=cursors[other]) == ["after"]
    # A cursor belongs to a list and not to a search; nothing follows Zoë.
    after = 'query ($at: String) { members(search: "bread", after: $at) { nodes { name } totalCount } }'
    assert (await data(ada, after, at=cursors["members"]))["members"] == {"nodes": [], "totalCount": 2}


@pytest.mark.parametrize("field", LISTS)
async def test_invalid_searches_are_errors(database: str, field: str) -> None:
    ada = await make.member()
    for search in ("x" * 201, "😀" * 201, "a\x00", "\ud800", " " * 201):
        assert await rejected_argument(ada, field, search=search) == ["search"]
    assert await first_page_names(ada, field, "😀" * 200) == []


@pytest.mark.parametrize("field", LISTS)
async def test_a_search_has_ten_words_at_most(database: str, field: str) -> None:
    ada = await make.member()
    assert await first_page_names(ada, field, " ".join("abcdefghij")) == []
    answer = await ask(ada, f'{{ {field}(search: "{" ".join("abcdefghijk")}") {{ nodes {{ id }} }} }}')
    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        ("A search must have at most 10 words.", {"code": "BAD_USER_INPUT", "path": ["search"]})
    ]


async def test_assignable_only_filters_members(database: str) -> None:
    ada = await make.member(name="Ada")
    organisation = await ada.organisation
    tutor = await make.member(organisation, name="Tina", kind=MemberKind.TUTOR)
    await make.member(organisation, name="Tom", kind=MemberKind.TUTOR, roles=list(Role))
    await make.member(organisation, name="Bob")
    await make.member(organisation, name="Gone", active=False)
    assignable_only = ", assignableOnly: true"
    assert await first_page_names(ada, "members") == ["Ada", "Bob", "Gone", "Tina", "Tom"]
    assert await first_page_names(ada, "members", arguments=assignable_only) == ["Ada", "Bob"]
    assert await first_page_names(tutor, "members", arguments=assignable_only) == ["Ada", "Bob", "Tina"]
    assert await first_page_names(tutor, "members", "t", arguments=assignable_only) == ["Tina"]


async def test_search_finds_members_by_email(database: str) -> None:
    ada = await make_staff()
    assert await first_page_names(ada, "members", "HEAD@") == ["Ada"]
    assert await first_page_names(ada, "members", "ada example.org") == ["Ada"]
    await make.member(await ada.organisation, name="Umlaut", email="jörg@example.org")
    assert (
        await first_page_names(ada, "members", "jorg@") == await first_page_names(ada, "members", "JÖRG") == ["Umlaut"]
    )


async def test_confirmed_only_filters_employers(database: str) -> None:
    ada = await make_staff()
    confirmed = await first_page_names(ada, "employers", arguments=", confirmedOnly: true")
    assert confirmed == ["100% Bread", "Bäckerei Ost", "Bread_Co", "Zoë"]


@pytest.mark.parametrize("field", [*LISTS, "trackers", "trackerTypes", "auditEvents", "learnerReads"])
async def test_lists_need_authentication(database: str, field: str) -> None:
    selection: Any = "{ key }" if field == "trackerTypes" else "{ totalCount }"
    answer = await ask(None, f"{{ {field} {selection} }}")
    assert "data" not in answer  # nothing was executed
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "UNAUTHENTICATED"}]
