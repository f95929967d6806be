"""Tests of lists of trackers: pages, filters, visibility, and a fixed number of statements."""

import datetime as dt
from typing import Any

import pytest

from models import Learner, Member, MemberKind, Tracker, TrackerType, TrackerTypeVersion
from schema.context import Context
from services.notifications.inbox_reader import InboxReader
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, IS_COMPILED, ask, ask_in, data, gid, viewer
from tests.support.databases.sql_statements import record_statements

LIST = """
query ($filter: TrackerFilter, $first: Int, $after: String, $last: Int, $before: String) {
  trackers(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { number } edges { cursor node { number } } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
EVERYTHING = """
{
  trackers {
    totalCount
    nodes {
      id number url status description version createdAt viewerCanEdit
      type { key name viewerCanCreate transitions { from to viewerCanTake } fields { key kind } }
      typeVersion fields { key } transitions { to requiredFields }
      learner { name uln programme { name } employer { name } tutor { name } groups address { lines } learningAims { reference } }
      assignee { name roles } createdBy { name }
      values { key display ... on ReferenceValue { node { id ... on Employer { name } } } }
      history { totalCount nodes { kind actor { name } } }
    }
  }
}
"""


async def make_administrator_with_trackers(count: int = 5) -> Member:
    """Create an administrator whose organisation has trackers, each about a different learner; return the administrator."""
    ada = await make.member(kind=MemberKind.ADMINISTRATOR, name="Ada")
    organisation = await ada.organisation
    job = await TrackerType.get(key="JOB")
    for number in range(count):
        tutor = await make.member(organisation, kind=MemberKind.TUTOR)
        learner = await make.learner(
            organisation,
            tutor=tutor,
            programme=await make.programme(organisation),
            employer=await make.employer(organisation),
        )
        await make.tracker(
            organisation,
            type=job,
            learner=learner,
            created_by=tutor,
            assignee=ada if number % 2 else None,
            created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number // 2),
            values={"jobTitle": "Baker", "organisation": str((await make.employer(organisation)).id)},
        )
    return ada


def tracker_numbers(response_data: Any) -> list[int]:
    return [node["number"] for node in response_data["trackers"]["nodes"]]


async def test_pages_forwards_and_backwards_are_complete_and_without_repeats(database: str) -> None:
    ada = await make_administrator_with_trackers(7)
    all_numbers = tracker_numbers(await data(ada, LIST))
    assert sorted(all_numbers) == [1, 2, 3, 4, 5, 6, 7]
    assert all_numbers[0] == 7

    numbers: list[int] = []
    after: str | None = None
    while True:
        page = await data(ada, LIST, first=3, after=after)
        numbers += tracker_numbers(page)
        info = page["trackers"]["pageInfo"]
        assert info["hasPreviousPage"] is (after is not None)
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break
    assert numbers == all_numbers

    previous_page = await data(ada, LIST, last=3, before=after)
    assert tracker_numbers(previous_page) == all_numbers[3:6]
    assert previous_page["trackers"]["pageInfo"]["hasPreviousPage"] is True
    assert previous_page["trackers"]["pageInfo"]["hasNextPage"] is True
    assert tracker_numbers(await data(ada, LIST, last=2)) == all_numbers[-2:]
    assert previous_page["trackers"]["totalCount"] == 7


@pytest.mark.parametrize("count", [3, 50])
async def test_a_page_with_all_fields_takes_four_statements_besides_the_sessions(database: str, count: int) -> None:
    ada = await make_administrator_with_trackers(count)
    await data(ada, EVERYTHING)  # each process reads the forms of type versions once
    context = Context(INSTALLATION, InboxReader(), "", await viewer(ada))

    with record_statements() as statements:
        answer = await ask_in(context, EVERYTHING)

    assert "errors" not in answer, answer["errors"]
    assert len(answer["data"]["trackers"]["nodes"]) == count
    assert answer["data"]["trackers"]["nodes"][0]["values"][1]["node"]["name"].startswith("Employer")
    selects = [statement for statement in statements if statement.startswith("SELECT")]
    # graphql-core completes some 650 fields in a turn, and a data loader's batch ends with the turn.
    turns = 1 if IS_COMPILED or count == 3 else 8
    assert 4 <= len(selects) <= 4 * turns, statements
    assert not [statement for statement in statements if "password_hash" in statement]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"first": 0}, ["first"]),
        ({"first": -1}, ["first"]),
        ({"first": 101}, ["first"]),
        ({"last": 0}, ["last"]),
        ({"first": 1, "last": 1}, ["last"]),
        ({"after": "rubbish"}, ["after"]),
        ({"after": ""}, ["after"]),
        ({"after": "WyJ0cmFja2VycyJd"}, ["after"]),
        ({"before": "é"}, ["before"]),
        ({"filter": {"assigneeId": ["rubbish"]}}, ["filter", "assigneeId", "0"]),
    ],
)
async def test_invalid_page_arguments_are_request_errors(
    database: str, arguments: dict[str, Any], path: list[str]
) -> None:
    ada = await make.member()
    answer = await ask(ada, LIST, **arguments)
    assert answer["data"] is None
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "BAD_USER_INPUT", "path": path}]


async def test_the_cursor_of_another_list_is_refused(database: str) -> None:
    ada = await make_administrator_with_trackers(1)
    page = await data(ada, "{ learners { pageInfo { endCursor } } }")
    answer = await ask(ada, LIST, after=page["learners"]["pageInfo"]["endCursor"])
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "path": ["after"]}


async def test_every_filter_must_match_any_of_its_values(database: str) -> None:
    ada = await make_administrator_with_trackers(6)
    learner = await Learner.get(trackers__number=3)
    tutor = await Member.get(created_trackers__number=4)
    await Tracker.filter(number=5).update(status="CLOSED")
    expected = {
        "no filter": ({}, [6, 5, 4, 3, 2, 1]),
        "empty lists": ({"type": [], "status": None, "assigneeId": []}, [6, 5, 4, 3, 2, 1]),
        "type": ({"type": ["ILR"]}, []),
        "types": ({"type": ["ILR", "JOB"]}, [6, 5, 4, 3, 2, 1]),
        "category": ({"category": ["FUNDED"]}, []),
        "status": ({"status": ["CLOSED", "REJECTED"]}, [5]),
        "assignee": ({"assigneeId": [gid(ada)]}, [6, 4, 2]),
        "unassigned": ({"unassigned": True}, [5, 3, 1]),
        "assigned": ({"unassigned": False}, [6, 4, 2]),
        "either": ({"unassigned": True, "assigneeId": [gid(ada)]}, [6, 5, 4, 3, 2, 1]),
        "learner": ({"learnerId": [gid(learner)]}, [3]),
        "creator": ({"createdById": [gid(tutor)]}, [4]),
        "another type's id": ({"createdById": [gid(learner)]}, []),
        "both": ({"unassigned": True, "status": ["NEW"]}, [3, 1]),
    }
    pages = {name: tracker_numbers(await data(ada, LIST, filter=filter_)) for name, (filter_, _) in expected.items()}
    assert {name: sorted(page) for name, page in pages.items()} == {
        name: sorted(page) for name, (_, page) in expected.items()
    }


async def test_tutors_see_only_their_own_trackers_and_members_only_those_of_their_organisation(database: str) -> None:
    ada = await make_administrator_with_trackers(3)
    tutor = await Member.get(created_trackers__number=2)
    stranger = await make.member()
    organisation = await ada.organisation
    other = await make.tracker(organisation, type=await TrackerType.get(key="JOB"), created_by=ada, assignee=tutor)
    assert sorted(tracker_numbers(await data(tutor, LIST))) == [2, other.number]
    assert tracker_numbers(await data(stranger, LIST)) == []
    document = "query ($id: ID!) { tracker(id: $id) { number } node(id: $id) { id } nodes(ids: [$id]) { id } }"
    hidden = {"tracker": None, "node": None, "nodes": [None]}
    tracker = await Tracker.get(number=1, organisation=organisation)
    assert await data(tutor, document, id=gid(tracker)) == hidden
    assert await data(stranger, document, id=gid(tracker)) == hidden
    assert (await data(ada, document, id=gid(tracker)))["tracker"] == {"number": 1}


async def test_the_type_version_is_the_one_the_tracker_was_created_with(database: str) -> None:
    ada = await make_administrator_with_trackers(1)
    job = await TrackerType.get(key="JOB")
    version = await TrackerTypeVersion.create(type=job, version=2, definition={"fields": []})
    await TrackerType.filter(id=job.id).update(version=version.version)
    document = "{ trackers { nodes { typeVersion fields { key } type { version fields { key } } } } }"
    tracker = (await data(ada, document))["trackers"]["nodes"][0]
    assert tracker["typeVersion"] == 1
    assert tracker["fields"][0] == {"key": "jobTitle"}
    assert tracker["type"] == {"version": 2, "fields": []}
