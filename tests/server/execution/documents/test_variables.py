"""Errors in variable values, and their paths."""

from typing import Any

import pytest

from tests.support.clients.sample_execution import execute

CHECK = "query($entry: Entry!, $on: Date) { check(entry: $entry, on: $on) }"

# variables of CHECK | the path of each error
VARIABLES: list[tuple[dict[str, Any], list[list[str]]]] = [
    ({}, [["entry"]]),
    ({"entry": None}, [["entry"]]),
    ({"entry": []}, [["entry"]]),
    ({"entry": {}}, [["entry"]]),
    ({"entry": {"title": 5}}, [["entry", "title"]]),
    ({"entry": {"title": "x"}, "on": "2026-02-30"}, [["on"]]),
    ({"entry": {"title": "x", "part": {"due": "soon"}}}, [["entry", "part", "due"]]),
    (
        {"entry": {"title": "x", "parts": [{}, {"due": "soon", "number": "1"}]}, "on": 1},
        [["entry", "parts", "1", "due"], ["entry", "parts", "1", "number"], ["on"]],
    ),
    ({"entry": {"title": "x", "nope": 1}}, [["entry"]]),
]


@pytest.mark.parametrize(("variables", "paths"), VARIABLES)
async def test_invalid_variables(variables: dict[str, Any], paths: list[list[str]]) -> None:
    answer = await execute(CHECK, variables)
    assert set(answer) == {"errors"}
    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "BAD_USER_INPUT", "path": path} for path in paths
    ]


async def test_null_for_a_non_null_argument() -> None:
    answer = await execute('query($name: String = "x") { hello(name: $name) }', {"name": None})
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]) == (["hello"], {"code": "BAD_USER_INPUT", "path": ["name"]})
    assert answer["data"] is None


async def test_deeply_nested_and_many_invalid_values() -> None:
    deep: Any = {"title": "x"}
    for _ in range(900):
        deep = [deep]
    assert "errors" in await execute(CHECK, {"entry": deep})
    many = await execute(CHECK, {"entry": {"title": "x", "parts": [{"due": "x"}] * 1000}})
    assert len(many["errors"]) == 50
