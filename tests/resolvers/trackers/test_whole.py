"""Tests of single trackers, which are read in one statement with a page of their history and what their values refer to."""

from typing import Any

import pytest

from models import Tracker, TrackerEventKind
from schema.context import Context
from services.history import write_event
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, context_of, gid
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import College, college, create_successfully

HISTORY = "nodes { kind actor { name } } pageInfo { hasNextPage hasPreviousPage } totalCount"
VALUES = "values { key display ... on ReferenceValue { node { id } } }"


async def _statements(context: Context, document: str, **variables: Any) -> tuple[Any, int]:
    """Execute a document twice, and return its answer and how many statements the second execution took."""
    await ask_in(context, document, **variables)  # the process reads the types once
    context.forget_loaded_rows()
    with record_statements() as statements:
        answer = await ask_in(context, document, **variables)
    return answer, len(statements)


async def _college_with_a_tracker(**entry: Any) -> tuple[College, Tracker]:
    own = await college()
    number = await create_successfully(own.ada, own.job(**entry))
    return own, await Tracker.get(number=number)


async def test_a_tracker_takes_one_statement(database: str) -> None:
    own, tracker = await _college_with_a_tracker()
    document = f"""
    query ($id: ID!, $first: Int) {{
      tracker(id: $id) {{ number learner {{ name }} {VALUES} history(first: $first) {{ {HISTORY} }} }}
    }}
    """
    context = await context_of(own.ada)
    answer, statements = await _statements(context, document, id=gid(tracker), first=1)
    values = [
        {"key": "jobTitle", "display": "Baker"},
        {"key": "organisation", "display": "Acme", "node": {"id": gid(own.employer)}},
        {"key": "startDate", "display": "1 September 2026"},
    ]
    history = {
        "nodes": [{"kind": "CREATED", "actor": {"name": "Ada"}}],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
        "totalCount": 1,
    }
    learner = {"name": f"{own.learner.given_names} {own.learner.family_name}"}
    expected = {"number": tracker.number, "learner": learner, "values": values, "history": history}
    assert answer == {"data": {"tracker": expected}}
    assert statements == 1


async def test_a_text_that_looks_like_an_id_stays_a_text(database: str) -> None:
    own, tracker = await _college_with_a_tracker()
    text = str(own.ada.id)
    await Tracker.filter(id=tracker.id).update(values={**tracker.values, "jobTitle": text})
    answer, statements = await _statements(
        await context_of(own.ada), f"query ($id: ID!) {{ tracker(id: $id) {{ {VALUES} }} }}", id=gid(tracker)
    )
    assert answer["data"]["tracker"]["values"][0] == {"key": "jobTitle", "display": text}
    assert statements == 1


async def test_nothing_of_a_tracker_that_is_not_to_be_seen_is_read(database: str) -> None:
    own, _ = await _college_with_a_tracker()
    other = await college()
    foreign = await make.tracker(other.organisation)
    hidden = await make.tracker(own.organisation, learner=await make.learner(own.organisation))
    document = f"query ($id: ID!) {{ tracker(id: $id) {{ {VALUES} history {{ {HISTORY} }} }} }}"
    for member, tracker in ((own.ada, foreign), (own.tina, foreign), (own.tina, hidden)):
        answer, statements = await _statements(await context_of(member), document, id=gid(tracker))
        assert (answer, statements) == ({"data": {"tracker": None}}, 1)


async def test_pages_of_a_history_go_on_where_the_last_one_ended(database: str) -> None:
    own, tracker = await _college_with_a_tracker()
    for n in range(4):
        await write_event(tracker, TrackerEventKind.UPDATED, version=1, actor_id=None, comment=f"{n}")
    document = """
    query ($id: ID!, $first: Int, $after: String) {
      tracker(id: $id) {
        history(first: $first, after: $after) {
          nodes { comment } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
        }
      }
    }
    """
    context, after, comments = await context_of(own.ada), None, []
    for has_next in (True, True, False):
        answer, statements = await _statements(context, document, id=gid(tracker), first=2, after=after)
        page = answer["data"]["tracker"]["history"]
        comments += [node["comment"] for node in page["nodes"]]
        assert (page["totalCount"], statements) == (5, 1)
        assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (has_next, after is not None)
        after = page["pageInfo"]["endCursor"]
    assert comments == [None, "0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("selection", "path"),
    [("history(first: 0) { totalCount }", "first"), ('history(after: "x") { totalCount }', "after")],
)
async def test_an_invalid_page_fails_alone(database: str, selection: str, path: str) -> None:
    own, tracker = await _college_with_a_tracker()
    document = f"query ($id: ID!) {{ tracker(id: $id) {{ number {selection} }} comments: trackers {{ totalCount }} }}"
    answer, _ = await _statements(await context_of(own.ada), document, id=gid(tracker))
    (error,) = answer["errors"]
    assert error["path"] == ["tracker", "history"]
    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", [path])


async def test_several_trackers_and_pages_are_read_in_batches(database: str) -> None:
    own, tracker = await _college_with_a_tracker()
    other = await Tracker.get(number=await create_successfully(own.ada, own.job(description="x")))
    document = f"""
    query ($a: ID!, $b: ID!) {{
      a: tracker(id: $a) {{ number {VALUES} history {{ totalCount }} }}
      b: tracker(id: $b) {{ number {VALUES} history {{ totalCount }} }}
    }}
    """
    context = await context_of(own.ada)
    answer, statements = await _statements(context, document, a=gid(tracker), b=gid(other))
    assert [answer["data"][name]["number"] for name in "ab"] == [tracker.number, other.number]
    assert statements == 3  # the trackers, their histories, and the employer

    two_pages = """
    query ($id: ID!) { tracker(id: $id) { a: history(first: 1) { totalCount } b: history(last: 1) { totalCount } } }
    """
    answer, statements = await _statements(context, two_pages, id=gid(tracker))
    assert answer == {"data": {"tracker": {"a": {"totalCount": 1}, "b": {"totalCount": 1}}}}
    assert statements == 3  # the tracker, and each page


async def test_the_variables_of_each_request_decide_what_is_read_with_a_tracker(database: str) -> None:
    own, tracker = await _college_with_a_tracker()
    for n in range(3):
        await write_event(tracker, TrackerEventKind.UPDATED, version=1, actor_id=None, comment=f"{n}")
    document = """
    query ($id: ID!, $first: Int, $with: Boolean!) {
      tracker(id: $id) { number ... @include(if: $with) { history(first: $first) { nodes { kind } } } }
    }
    """
    context = await context_of(own.ada)
    for first, shown in ((1, True), (2, True), (2, False), (3, True)):
        variables = {"id": gid(tracker), "first": first, "with": shown}
        answer, statements = await _statements(context, document, **variables)
        expected: dict[str, Any] = {"number": tracker.number}
        if shown:
            expected["history"] = {"nodes": [{"kind": "CREATED"}, *[{"kind": "UPDATED"}] * (first - 1)]}
        assert (answer, statements) == ({"data": {"tracker": expected}}, 1)
