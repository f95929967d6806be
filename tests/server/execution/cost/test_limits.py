"""What a document may ask for: each limit by name and number, at its very edge, and found without spreading fragments."""

from typing import Any

import pytest
from graphql import get_introspection_query, parse

from resolvers.schema_root import make_schema
from server.execution.cost.measure import measure
from server.execution.cost.pricing import Pricing
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import SCHEMA, Context, FakeApp

ADA = Context(FakeApp(), "ada", None)
CHECK = "query($entry: Entry!) { check(entry: $entry) }"
PARTS = 'query($parts: [Part!] = [{}]) { check(entry: {title: "x", parts: $parts}) }'
INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


def errors(query: str, variables: dict[str, Any] | None = None, limits: Limits | None = None) -> list[dict[str, Any]]:
    try:
        GraphQLExecutor(SCHEMA, limits).prepare(Request(query, variables or {}), ADA)
    except GraphQLRequestError as refusal:
        return [error["extensions"] | {"message": error["message"]} for error in refusal.formatted["errors"]]
    return []


def over(limit: str, asked: int, allowed: int, what: str) -> dict[str, Any]:
    message = f"{what}: {asked:,}, where at most {allowed:,} are allowed"
    return {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": asked, "allowed": allowed, "message": message}


SELECTIONS = "The document's selections"
MERGING = "The document's fields that merge with another"
LEVELS = "The operation's levels of fields"
ALIASES = "The operation's aliases"
DIRECTIVES = "The operation's directives"
FIELDS = "The operation's fields on the first level"
ENTRIES = "The entries of a list"
LENGTH = "The document's length in characters"

# the setting | how much it allows | a document of so much | one of more | how much more | the limit's name, what it is of
EDGES: list[tuple[str, int, str, str, int, str, str]] = [
    ("max_document_length", 20, "{ hello }".ljust(20), "{ hello }".ljust(21), 21, "documentLength", LENGTH),
    ("max_selections", 4, "{ hello ...{ hello hello } }", "{ hello ...{ ...{ hello } hello } }", 5, "selections", SELECTIONS),
    (
        "max_selections", 6, "{ thing { ...F ...F } } fragment F on Thing { name }",
        "{ thing { ...F ...F ...F } } fragment F on Thing { name }", 7, "selections", SELECTIONS,
    ),
    ("max_repeated", 1, "{ hello hello }", "{ hello ...{ hello } hello }", 2, "repeatedFields", MERGING),
    ("max_repeated", 1, "{ thing { name } thing { me { name } } }", "{ thing { name } thing { name } }", 2, "repeatedFields", MERGING),
    ("max_depth", 2, "{ thing { name } }", "{ thing { me { name } } }", 3, "depth", LEVELS),
    (
        "max_depth", 3, "{ thing { ...A } } fragment A on Thing { me { ...B } } fragment B on Thing { name }",
        "{ thing { ...A } } fragment A on Thing { me { ...B } } fragment B on Thing { me { name } }", 4, "depth", LEVELS,
    ),
    ("max_depth", 2, "{ hello thing { name } }", "query A { hello } query B { thing { me { name } } }", 3, "depth", LEVELS),
    ("max_aliases", 1, "{ a: hello }", "{ a: hello b: hello }", 2, "aliases", ALIASES),
    (
        "max_aliases", 2, "{ thing { ...A me { ...A } } } fragment A on Thing { a: name }",
        "{ thing { ...A me { ...A me { ...A } } } } fragment A on Thing { a: name }", 3, "aliases", ALIASES,
    ),
    (
        "max_directives", 3, "{ hello @skip(if: true) ...@skip(if: true) { thing { name @skip(if: true) } } }",
        "{ hello @skip(if: true) ...@skip(if: true) { thing @include(if: true) { name @skip(if: true) } } }",
        4, "directives", DIRECTIVES,
    ),
    (
        "max_root_fields", 3, "{ hello ...F } fragment F on Query { who ...{ secret } }",
        "{ hello number ...F } fragment F on Query { who ...{ secret } }", 4, "rootFields", FIELDS,
    ),
    (
        "max_list_entries", 2, '{ check(entry: {title: "x", parts: [{}, {}]}) }',
        '{ check(entry: {title: "x", parts: [{}, {}, {}]}) }', 3, "listEntries", ENTRIES,
    ),
    ("max_list_entries", 1, PARTS, PARTS.replace("{}", "{}, {}"), 2, "listEntries", ENTRIES),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "allowed", "most", "more", "asked", "limit", "what"), EDGES)
def test_a_document_at_its_limit(
    setting: str, allowed: int, most: str, more: str, asked: int, limit: str, what: str
) -> None:
    limits = Limits(**{setting: allowed})
    assert errors(most, limits=limits) == []
    assert errors(more, limits=limits) == [over(limit, asked, allowed, what)]


def test_what_validation_reads_without_carrying_it_out_counts() -> None:
    many = f"fragment F on Query {{ {'hello ' * 302} }}"
    for document, selections in (
        (f"{{ hello }} {many}", 303),
        (f"{{ ...F }} {many} fragment F on Query {{ hello }}", 304),
    ):
        assert errors(document) == [over("repeatedFields", 301, 300, MERGING)]
        assert errors(document, limits=Limits(max_selections=300)) == [over("selections", selections, 300, SELECTIONS)]


def test_all_limits_that_a_document_exceeds_are_told_at_once() -> None:
    limits = Limits(max_depth=1, max_aliases=1, max_root_fields=1)
    assert errors("{ a: hello b: thing { name } } query B { a: hello }", limits=limits) == [
        over("depth", 2, 1, LEVELS),
        over("aliases", 2, 1, ALIASES),
        over("rootFields", 2, 1, FIELDS),
    ]


def test_variables_at_their_limits() -> None:
    limits = Limits(max_list_entries=3, max_input_values=8)
    assert errors(CHECK, {"entry": {"title": "x", "parts": [{}, {"number": 1}, {"number": 1}]}}, limits) == []
    assert errors(PARTS, {"parts": [{}, {}, {}]}, limits) == []
    assert errors(PARTS, {"parts": [{}, {}, {}, {}]}, limits) == [over("listEntries", 4, 3, ENTRIES)]
    many = {"entry": {"title": "x", "parts": [{}, {"number": 1}, {"number": 1}]}, "else": [None]}
    assert errors(CHECK, many, limits) == [over("inputValues", 10, 8, "The values in the variables")]


# a document that the parser gives up | the limit | its message
GIVEN_UP: list[tuple[str, str, str]] = [
    ("{" + "hello " * 10_000 + "}", "tokens", "Document contains more than 10000 tokens. Parsing aborted."),
    ("{ hello }" + "#\n" * 10_001, "tokens", "Document contains more than 10000 comments. Parsing aborted."),
    ("{" + "thing{me" * 3000, "depth", "Document is nested too deeply. Parsing aborted."),
]


@pytest.mark.parametrize(("document", "limit", "message"), GIVEN_UP, ids=["tokens", "comments", "nested"])
def test_what_the_parser_gives_up(document: str, limit: str, message: str) -> None:
    assert errors(document) == [{"code": "LIMIT_EXCEEDED", "limit": limit, "message": f"Syntax Error: {message}"}]


def fragments(count: int, body: str) -> str:
    """A chain of fragments, each with the next one where `body` says so."""
    chain = " ".join(f"fragment F{n} on Thing {{ {body.replace('*', f'...F{n + 1}')} }}" for n in range(count))
    return f"{{ thing {{ ...F0 }} }} {chain} fragment F{count} on Thing {{ name }}"


def test_fragments_that_multiply() -> None:
    (error,) = errors(fragments(40, "* *"))
    assert error == over("selections", 1_000_000_000, 2_000, SELECTIONS) | {"message": error["message"]}
    assert error["message"] == f"{SELECTIONS}: more than 1,000,000,000, where at most 2,000 are allowed"
    assert [one["limit"] for one in errors(fragments(60, "a: me { * } b: me { * }"))] == [
        "selections", "depth", "aliases",
    ]  # fmt: skip
    nested = "The document's fragments are nested too deeply"
    assert errors(fragments(900, "*")) == [
        {"code": "LIMIT_EXCEEDED", "limit": "depth", "allowed": 20, "message": nested}
    ]


@pytest.mark.parametrize("count", [1, 10, 40, 80])
def test_every_selection_is_looked_at_once(count: int) -> None:
    measures = measure(parse(fragments(count, "* *")), Pricing(SCHEMA.graphql_schema))
    assert (measures.visited, measures.selections) == (2 + 2 * count + 1, 3 * 2**count)
    ((_, operation),) = measures.operations
    assert operation.cost.evaluate({}) == 1 + 2**count


def test_what_passes_within_the_defaults() -> None:
    executor = GraphQLExecutor(make_schema())
    operation = executor.prepare(Request(INTROSPECTION), ADA)
    assert operation.charge.requested < Limits().max_cost // 2
