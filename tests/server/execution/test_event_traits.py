"""What the results of a subscription's events depend on, as found in its document."""

import pytest
from graphql import OperationDefinitionNode, parse

from server.execution.event_traits import EventTraits, find_event_traits


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("subscription { a { b } }", EventTraits((), by_session=False)),
        ("subscription ($after: String) { a(after: $after) { b } }", EventTraits((), by_session=False)),
        ("subscription ($x: Int) { a(x: $x) { b(x: $x) } }", EventTraits(("x",), by_session=False)),
        ("subscription ($x: Boolean!) { a @skip(if: $x) { b } }", EventTraits(("x",), by_session=False)),
        ("subscription ($x: [Int!]) { a { b(in: {c: [$x]}) } }", EventTraits(("x",), by_session=False)),
        (
            "subscription ($x: Int, $y: Int) { ...Root } fragment Root on Subscription { a(x: $x) { ...Row } } "
            "fragment Row on A { b(y: $y) ... on A { file { url } } }",
            EventTraits(("y",), by_session=True),
        ),
        ("subscription { a { address: url } }", EventTraits((), by_session=True)),
        ("subscription { a { url: b } }", EventTraits((), by_session=False)),
    ],
)
def test_traits_of_a_document(document: str, expected: EventTraits) -> None:
    parsed = parse(document)
    operation = parsed.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert find_event_traits(parsed, operation) == expected
