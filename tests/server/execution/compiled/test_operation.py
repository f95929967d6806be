"""The compiled executor on a small schema: the same bytes as graphql-core, and what is left to it."""

import asyncio
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from graphql.execution import VariableValues

from server.execution.compiled.objects import MAX_FIELDS
from server.execution.compiled.operation import MAX_VARIANTS, CompiledOperation
from server.execution.compiled.plan import Plan
from server.execution.compiled.reasons import Reason
from server.execution.compiled.source import MAX_LENGTH
from tests.support.servers.compared_execution import compare
from tests.support.servers.compared_schema import REGISTRY, Cat

CAT = "{ cat { number name colour born fedAt price weight tags } }"
NO_VARIABLES = VariableValues({}, {})

# what compiles and answers without an error, with variables
RIGHT: list[tuple[str, dict[str, Any] | None]] = [
    (CAT, None),
    ("{ a: cat { __typename x: name y: name } __typename b: cat { number } }", None),
    ("{ animal { name ... on Cat { colour } ... on Dog { tricks } } }", None),
    ("query ($n: Int) { animal(number: $n) { ...F } } fragment F on Animal { __typename ... { number name } }", {"n": 2}),
    ("query ($n: Int = 4) { animal(number: $n) { name } }", {}),
    ("query ($n: Int) { animal(number: $n) { name } }", {}),
    ("{ pets { ... on Cat { tags } ... on Animal { name } ... on Dog { tricks } } }", None),
    ("{ animals { number friend { name friend { name } } laterFriend { name laterFriend { number } } } }", None),
    ('{ animals { greeting a: greeting(words: ["good", "day"]) b: greeting(words: "one", loud: true) } }', None),
    ("query ($w: [String!]!, $l: Boolean) { animals { greeting(words: $w, loud: $l) } }", {"w": ["ho", "ho"], "l": True}),
    ("query ($l: Boolean) { animals { greeting(loud: $l) } }", {}),
    ('query ($w: String!) { animals { greeting(words: ["a", $w]) } }', {"w": "b"}),
    ("query ($s: Boolean!) { cat { name @skip(if: $s) number @include(if: $s) } }", {"s": True}),
    ("query ($s: Boolean!) { cat { name @skip(if: $s) number @include(if: $s) } }", {"s": False}),
    ("query ($s: Boolean = true) { cat { number ... @include(if: $s) { name } ...F @skip(if: $s) } } fragment F on Cat { tags }", {}),
    ("{ cat { name } cat { number friend { name } } cat { friend { number } } }", None),
    ("{ animals(count: 2) { ... on Dog { bark(times: 2) none: bark(times: 0) } } }", None),
    ('{ shop { owner slogan other: slogan(word: "dear") } }', None),
    ("{ cat { form laterForm { text length } } animals { ... on Cat { form laterForm { text } } } }", None),
    ("{ animals { ... on Cat { laterForm { slowly text } } } }", None),
    ('mutation { a: rename(name: "x") { name friend { name } } b: rename(name: "y") { name } }', None),
]  # fmt: skip


@pytest.mark.parametrize(("query", "variables"), RIGHT)
async def test_the_same_bytes_as_graphql_core(query: str, variables: dict[str, Any] | None) -> None:
    answer = await compare(query, variables)
    assert (answer.reason, answer.errors) == (None, [])
    assert answer.compiled.batches == answer.plain.batches


async def test_every_leaf() -> None:
    assert (await compare(CAT)).data == {
        "cat": {
            "number": 2,
            "name": "Mia",
            "colour": "RED",
            "born": "2020-02-29",
            "fedAt": "2026-01-02T03:04:05.000678+00:00",
            "price": "1.50",
            "weight": 4.5,
            "tags": ["soft", "grey"],
        }
    }


# an operation | why graphql-core executes or finishes it | the errors' paths
LEFT: list[tuple[str, Reason, list[list[Any]]]] = [
    ("{ __schema { queryType { name } } }", Reason.INTROSPECTION, []),
    ("{ cat { name } closed { owner } shop { owner } }", Reason.ROOT_ERROR, [["closed"]]),
    ("{ closed { owner } again: closed { owner } }", Reason.ROOT_ERROR, [["closed"], ["again"]]),
    ("{ closed { owner } shop { missing } }", Reason.ROOT_ERROR, [["shop", "missing"], ["closed"]]),
    ("{ cat { name } shop { owner broken } }", Reason.ERROR, [["shop", "broken"]]),
    ("{ shop { wrong owner } }", Reason.ERROR, [["shop", "wrong"]]),
    ("{ shop { missing } }", Reason.VALUE, [["shop", "missing"]]),
    ('mutation { a: rename(name: "x") { name } b: rename(name: "refused") { name } c: rename(name: "y") { name } }',
     Reason.ROOT_ERROR, [["b"]]),
    ('mutation { a: rename(name: "x") { name } b: rename(name: "null") { name } c: rename(name: "y") { name } }',
     Reason.VALUE, [["b", "name"]]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "reason", "paths"), LEFT)
async def test_graphql_core_finishes_what_has_an_error(query: str, reason: Reason, paths: list[list[Any]]) -> None:
    answer = await compare(query)
    assert (answer.reason, [error["path"] for error in answer.errors]) == (reason.value, paths)
    assert answer.compiled.called == answer.plain.called  # no root resolver is called twice


@pytest.mark.parametrize(
    "row",
    [
        Cat(2, "a", colour="green"),
        Cat(2, "a", colour=[]),
        Cat(2, ValueError("no")),
        Cat(2, "a", born="soon"),
        Cat(2, "a", weight=float("nan")),
        Cat(2**31, "a"),
        Cat(2, "a", tags="abc"),
        Cat(2, "a", tags=["x", None]),
        None,
        ValueError("no"),
        object(),
        [Cat(2, "a")],
    ],
)
async def test_values_that_a_type_does_not_allow(row: Any) -> None:
    answer = await compare("subscription { born { number name colour born weight tags } }", event=row)
    assert answer.reason in ("value", "error")


@pytest.mark.parametrize(
    "row",
    [
        Cat(True, 5, colour="red", born="2020-02-29", weight=4, tags={"a"}),
        Cat(2.0, "a", colour=None, fed_at=None),  # type: ignore[arg-type]
    ],
)
async def test_values_that_are_converted(row: Any) -> None:
    answer = await compare("subscription { born { number name colour weight tags } }", event=row)
    assert (answer.reason, answer.errors) == (None, [])


async def test_an_awaitable_where_none_is_expected_is_left_to_graphql_core() -> None:
    later: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    later.set_result({"paws": 4})
    answer = await compare("subscription { born { note } }", event=Cat(2, "a", note=later))
    assert (answer.reason, answer.data) == (Reason.VALUE, {"born": {"note": {"paws": 4}}})


async def test_all_batches_of_a_level_are_gathered() -> None:
    answer = await compare("{ animals { friend { friend { number } } laterFriend { laterFriend { number } } } }")
    assert answer.compiled.batches == [[1, 2, 3, 4], [5]]


async def test_output_is_encoded_once_for_each_key_and_selection() -> None:
    query = "{ animals(count: 8) { ... on Cat { form laterForm { text } } } }"
    await compare(query)
    before = REGISTRY.encoded.encodings
    answer = await compare(query)
    assert (answer.reason, answer.compiled.called, REGISTRY.encoded.encodings) == (None, [], before)
    await compare(
        "{ animals(count: 6) { ...C } } fragment C on Cat { again: form laterForm { ...L } } fragment L on Leaflet { size: length }"
    )
    assert REGISTRY.encoded.encodings == before + 1


def operation(query: str) -> CompiledOperation:
    document = parse(query)
    (definition,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return CompiledOperation(REGISTRY, document, definition)


def test_an_operation_is_compiled_once() -> None:
    compiled = operation("query ($n: Int) { animal(number: $n) { name } }")
    plans = [compiled.plan(VariableValues({}, {"n": number})) for number in (1, 2)]
    assert plans[0] is plans[1]
    assert not isinstance(plans[0], Reason)


def test_combinations_of_conditions_are_limited() -> None:
    names = [f"c{number}" for number in range(5)]
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: name @skip(if: ${name})" for name in names)
    compiled = operation(f"query ({variables}) {{ cat {{ number {fields} }} }}")
    reasons = []
    for number in range(2 ** len(names)):
        values = {name: bool(number >> bit & 1) for bit, name in enumerate(names)}
        plan = compiled.plan(VariableValues({}, values))
        reasons.append(plan if isinstance(plan, Reason) else None)
    assert reasons == [None] * MAX_VARIANTS + [Reason.VARIANTS] * (2 ** len(names) - MAX_VARIANTS)
    assert compiled.plan(VariableValues({}, {"c0": None})) is Reason.CONDITIONS


def test_a_large_operation_is_not_compiled() -> None:
    largest = " ".join(f"a{number}: name" for number in range(MAX_FIELDS - 1))
    assert not isinstance(operation(f"{{ cat {{ {largest} }} }}").plan(NO_VARIABLES), Reason)
    assert operation(f"{{ cat {{ {largest} b: name c: name }} }}").plan(NO_VARIABLES) is Reason.SIZE


def test_an_operation_with_much_source_is_not_compiled() -> None:
    def plan_of(fields: int) -> Plan | Reason:
        names = " ".join(f"{'a' * 1_000}{number}: name" for number in range(fields))
        return operation(f"{{ cat {{ {names} }} }}").plan(NO_VARIABLES)

    largest = plan_of(20)
    assert isinstance(largest, Plan)
    assert len(largest.source) < MAX_LENGTH
    assert plan_of(MAX_LENGTH // 1_000) is Reason.SIZE


def test_other_directives_are_not_compiled() -> None:
    assert operation("{ cat { name @unknown } }").plan(NO_VARIABLES) is Reason.UNSUPPORTED
