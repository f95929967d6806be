"""What an error in a field does to the rest of the result, for each value of ``onError``."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from schema.declaration.base import Schema
from server.execution.executor import GraphQLExecutor
from server.execution.result_stream import stream_results
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import ADA, Info


def fail(message: str = "Not yours.") -> Any:
    raise GraphQLError(message, extensions={"code": "FORBIDDEN"})


@strawberry.type(name="Choice")  # lists need a type whose usual number has a price
class Leaf:
    name: str

    @strawberry.field
    def bad(self) -> str:
        return str(fail())

    @strawberry.field
    async def late(self) -> str:
        return str(fail("Too late."))

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]


@strawberry.type
class Tree:
    @strawberry.field
    def leaf(self) -> Leaf:
        return Leaf(name="leaf")

    @strawberry.field
    async def leaves(self) -> list[Leaf]:
        return [Leaf(name=name) for name in "abc"]

    @strawberry.field
    def perhaps(self) -> Leaf | None:
        return Leaf(name="perhaps")

    @strawberry.field
    def words(self) -> list[str]:
        return ["one", None, "three"]  # type: ignore[list-item]


@strawberry.type
class Query:
    @strawberry.field
    def tree(self) -> Tree:
        return Tree()

    @strawberry.field
    async def slow(self) -> str:
        return "slow"

    @strawberry.field
    async def endless(self, info: Info) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            info.context.app.cleaned.append("endless")
        return "never"

    @strawberry.field
    def bad(self) -> str | None:
        return str(fail())

    @strawberry.field
    async def late(self) -> str | None:
        await asyncio.sleep(0.01)
        return str(fail("Too late."))


@strawberry.type
class Mutation:
    @strawberry.mutation
    def write(self, info: Info, text: str) -> str | None:
        if text == "bad":
            fail()
        info.context.app.written.append(text)
        return text


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def trees(self) -> AsyncGenerator[Tree, None]:
        yield Tree()
        yield Tree()


SCHEMA = Schema(Query, Mutation, Subscription)


async def run(query: str, on_error: object) -> dict[str, Any]:
    """Return the data, and the message and path of each error."""
    executor = GraphQLExecutor(SCHEMA)
    operation = executor.prepare(Request(query, on_error=on_error), ADA)
    return readable(await executor.execute(operation, ADA, "r1"))


def readable(result: dict[str, Any]) -> dict[str, Any]:
    errors = [(error["message"], *error["path"]) for error in result.get("errors", [])]
    return {"data": result["data"], "errors": errors}


BAD = ("Not yours.", "tree", "leaf", "bad")
SIBLINGS = "{ tree { leaf { bad name } } slow }"
NESTED = "{ tree { perhaps { late name } leaf { name late } } }"
LIST = "{ tree { leaves { name late } } }"

# query | onError | data | errors
RESULTS: list[tuple[str, object, Any, list[tuple[Any, ...]]]] = [
    (SIBLINGS, None, None, [BAD]),
    (SIBLINGS, "PROPAGATE", None, [BAD]),
    (SIBLINGS, "NULL", {"tree": {"leaf": {"bad": None, "name": "leaf"}}, "slow": "slow"}, [BAD]),
    (SIBLINGS, "HALT", None, [BAD]),
    (
        NESTED,
        "NULL",
        {"tree": {"perhaps": {"late": None, "name": "perhaps"}, "leaf": {"name": "leaf", "late": None}}},
        [("Too late.", "tree", "perhaps", "late"), ("Too late.", "tree", "leaf", "late")],
    ),
    ("{ tree { perhaps { late } } slow }", "PROPAGATE", {"tree": {"perhaps": None}, "slow": "slow"},
     [("Too late.", "tree", "perhaps", "late")]),
    ("{ tree { perhaps { late } } slow }", "HALT", None, [("Too late.", "tree", "perhaps", "late")]),
    (
        LIST,
        "NULL",
        {"tree": {"leaves": [{"name": name, "late": None} for name in "abc"]}},
        [("Too late.", "tree", "leaves", index, "late") for index in range(3)],
    ),
    (LIST, "HALT", None, [("Too late.", "tree", "leaves", 0, "late")]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "on_error", "data", "errors"), RESULTS)
async def test_error_in_a_field(query: str, on_error: object, data: Any, errors: list[tuple[Any, ...]]) -> None:
    assert await run(query, on_error) == {"data": data, "errors": errors}


async def test_null_of_a_non_null_type_is_an_error_in_its_place() -> None:
    result = await run("{ tree { words leaf { missing name } } }", "NULL")
    assert result["data"] == {"tree": {"words": ["one", None, "three"], "leaf": {"missing": None, "name": "leaf"}}}
    assert [path for _, *path in result["errors"]] == [["tree", "words", 1], ["tree", "leaf", "missing"]]


@pytest.mark.parametrize("failing", ["bad", "late"])
async def test_halting_cancels_what_is_under_way(failing: str) -> None:
    ADA.app.cleaned.clear()
    async with asyncio.timeout(10):
        result = await run(f"{{ endless {failing} again: endless }}", "HALT")
        assert (result["data"], [path for _, *path in result["errors"]]) == (None, [[failing]])
        while ADA.app.cleaned != (["endless"] if failing == "bad" else ["endless"] * 2):
            await asyncio.sleep(0.01)
    ADA.app.cleaned.clear()


MUTATION = 'mutation { a: write(text: "a") b: write(text: "bad") c: write(text: "c") }'


@pytest.mark.parametrize(
    ("on_error", "data", "written"),
    [
        ("PROPAGATE", {"a": "a", "b": None, "c": "c"}, ["a", "c"]),
        ("NULL", {"a": "a", "b": None, "c": "c"}, ["a", "c"]),
        ("HALT", None, ["a"]),
    ],
)
async def test_mutations_in_series(on_error: str, data: Any, written: list[str]) -> None:
    ADA.app.written.clear()
    assert await run(MUTATION, on_error) == {"data": data, "errors": [("Not yours.", "b")]}
    assert ADA.app.written == written
    ADA.app.written.clear()


@pytest.mark.parametrize(
    ("on_error", "data"),
    [("PROPAGATE", None), ("NULL", {"trees": {"leaf": {"bad": None, "name": "leaf"}}}), ("HALT", None)],
)
async def test_each_event_of_a_subscription(on_error: str, data: Any) -> None:
    executor = GraphQLExecutor(SCHEMA)
    operation = executor.prepare(Request("subscription { trees { leaf { bad name } } }", on_error=on_error), ADA)
    results = [readable(result.result) async for result in stream_results(executor, operation, ADA, "r1")]
    assert results == [{"data": data, "errors": [("Not yours.", "trees", "leaf", "bad")]}] * 2


@pytest.mark.parametrize("on_error", ["", "null", "ABORT", "NULL ", 1, True, [], {"NULL": 1}])
def test_unknown_behaviours_are_refused(on_error: object) -> None:
    with pytest.raises(GraphQLRequestError) as raised:
        GraphQLExecutor(SCHEMA).prepare(Request("{ slow }", on_error=on_error), ADA)
    message = "onError must be NULL, PROPAGATE or HALT"
    assert raised.value.formatted == {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
