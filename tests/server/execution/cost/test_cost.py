"""The cost of operations with pages, lists and variables."""

from typing import Any

import pytest

from tests.support.scenarios.measured_documents import measure_operation

# operation | variables | cost
COSTS: list[tuple[str, dict[str, Any], int]] = [
    ("{ hello }", {}, 1),
    ("{ __typename hello a: hello }", {}, 3),
    ("{ thing { name words } }", {}, 1 + 1 + 3),
    ("mutation { write { name } }", {}, 50 + 1),
    ("{ some { name } }", {}, 1 + 7 * 1),
    ("{ thing { some { name some { name } } } }", {}, 1 + 1 + 4 * (1 + 1 + 4)),
    ("{ things { totalCount } }", {}, 10 + 10),
    ("{ things { nodes { name } } }", {}, 10 + 50 * (1 + 1)),
    ("{ things(first: 3) { totalCount nodes { name } edges { cursor node { name } } } }", {}, 10 + 10 + 3 * (2 + 4)),
    ("{ things(first: null, last: 3) { nodes { name } } }", {}, 10 + 3 * 2),
    ("{ things(first: 1000) { nodes { name } } }", {}, 10 + 100 * 2),
    ("{ things(first: -5) { nodes { name } } }", {}, 10),
    (f"{{ things(first: {'9' * 5000}) {{ nodes {{ name }} }} }}", {}, 10 + 100 * 2),
    (f"{{ things(first: -{'9' * 5000}) {{ nodes {{ name }} }} }}", {}, 10),
    ('{ things(first: "x") { nodes { name } } }', {}, 10 + 50 * 2),
    ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 3}, 10 + 3 * 2),
    ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 0}, 10),
    ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 1000}, 10 + 100 * 2),
    ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": None}, 10 + 50 * 2),
    ("query($n: Int) { things(first: $n) { nodes { name } } }", {}, 10 + 50 * 2),
    ("query($n: Int) { things(last: $n) { nodes { things(first: $n) { nodes { name } } } } }", {"n": 3}, 10 + 3 * (1 + 10 + 3 * 2)),
    ("query($n: Int) { ...F } fragment F on Query { things(first: $n) { ...G } } fragment G on ThingConnection { nodes { name } }", {"n": 3}, 10 + 3 * 2),
    ("{ things(first: 3) { ...G ...G ... on ThingConnection { ...G } } } fragment G on ThingConnection { nodes { name } }", {}, 10 + 3 * 3 * 2),
    ('{ nodes(ids: ["a", "b"]) { name } }', {}, 1 + 2),
    ('{ nodes(ids: "a") { name } }', {}, 1 + 1),
    ("query($ids: [ID!]!) { nodes(ids: $ids) { name } }", {"ids": ["a", "b", "c"]}, 1 + 3),
    ("query($id: ID!) { nodes(ids: [$id]) { name } }", {"id": "a"}, 1 + 1),
    ("{ nope { nope } }", {}, 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "variables", "cost"), COSTS, ids=[text[:70] for text, *_ in COSTS])
def test_costs(text: str, variables: dict[str, Any], cost: int) -> None:
    assert measure_operation(text).cost.evaluate(variables) == cost


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{ things(first: 3) { totalCount } }", 0),
        ("query($n: Int) { things(first: $n) { nodes { things(first: $n, last: $n) { totalCount } } } }", 2),
        ("query($a: ID!) { nodes(ids: [$a]) { name } }", 1),
        ("query($a: I) { hello(in: {with: [{some: $a}]}) ...F ...F } fragment F on Query { hello(in: $a) }", 3),
        ("query($b: Boolean!) { hello @include(if: $b) }", 0),
    ],
)
def test_fields_with_variables(text: str, count: int) -> None:
    assert measure_operation(text).fields_with_variables == count


def test_cost_without_variables_is_a_number() -> None:
    assert measure_operation("{ things(first: 3) { nodes { things { nodes { name } } } } }").cost.parts == ()
    assert measure_operation("query($n: Int) { things(first: $n) { nodes { name } } }").cost.parts != ()
