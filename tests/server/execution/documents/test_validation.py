"""Validation errors of documents: invalid literals with their paths, @oneOf inputs, and fragment cycles."""

import json
from typing import Any

import pytest

from tests.support.clients.sample_execution import execute

# a field with literals | the path of each error
LITERALS: list[tuple[str, list[list[str]]]] = [
    ("check(entry: 5)", [["entry"]]),
    ('check(entry: {title: "x"}, on: "2026-02-30")', [["on"]]),
    ('check(entry: {title: "x", part: {due: "soon"}})', [["entry", "part", "due"]]),
    (
        'check(entry: {title: 1, parts: [{}, {due: 1}]}, on: "x")',
        [["entry", "title"], ["entry", "parts", "1", "due"], ["on"]],
    ),
    ('hello @skip(if: "x")', [["if"]]),
]


@pytest.mark.parametrize(("field", "paths"), LITERALS)
async def test_invalid_literals(field: str, paths: list[list[str]]) -> None:
    answer = await execute(f"{{ {field} }}")
    assert set(answer) == {"errors"}
    assert [error["extensions"] for error in answer["errors"]] == [
        {"code": "BAD_USER_INPUT", "path": path} for path in paths
    ]


async def test_a_literal_that_python_cannot_convert() -> None:
    answer = await execute(f'{{ check(entry: {{title: "x", part: {{number: {"9" * 5_000}}}}}) }}')
    ((error,),) = answer.values()
    assert error["message"] == "The value does not have the expected type."
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "path": ["entry", "part", "number"]}


async def test_invalid_default_value_of_a_variable() -> None:
    answer = await execute('query($on: Date = "x") { check(entry: {title: "x"}, on: $on) }')
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "BAD_USER_INPUT", "path": ["on"]}]


# a @oneOf input | the path of the error
ONE_OF: list[tuple[dict[str, Any], list[str]]] = [
    ({"text": "a", "date": None}, ["slots", "0"]),
    ({}, ["slots", "0"]),
    ({"text": None}, ["slots", "0", "text"]),
    ({"date": "soon"}, ["slots", "0", "date"]),
]


@pytest.mark.parametrize(("slot", "path"), ONE_OF)
async def test_invalid_one_of_inputs(slot: dict[str, Any], path: list[str]) -> None:
    literal = ", ".join(f"{name}: {json.dumps(value)}" for name, value in slot.items())
    for answer in (
        await execute(f"{{ slots(slots: [{{{literal}}}]) }}"),
        await execute("query($slots: [Slot!]!) { slots(slots: $slots) }", {"slots": [slot]}),
    ):
        assert set(answer) == {"errors"}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "BAD_USER_INPUT", "path": path}]


async def test_valid_one_of_inputs() -> None:
    assert await execute('{ slots(slots: [{text: "a"}]) }') == {"data": {"slots": "a"}}
    query = "query($text: String) { slots(slots: [{text: $text}]) }"
    assert await execute(query, {"text": "a"}) == {"data": {"slots": "a"}}
    for variables in ({"text": None}, {}):
        (error,) = (await execute(query, variables))["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["slots"], "BAD_USER_INPUT")


async def test_fragment_cycles() -> None:
    answer = await execute("{ thing { ...A } } fragment A on Thing { me { ...B } } fragment B on Thing { ...A }")
    assert [error["message"] for error in answer["errors"]] == ["Cannot spread fragment 'A' within itself via 'B'."]
