"""The limits on documents and variables, tested at each limit and just above it."""

from typing import Any

import pytest
from graphql import get_introspection_query, parse

from resolvers.schema_root import make_schema
from server.execution.cost.document_measures import measure
from server.execution.cost.pricing import Pricing
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import ADA, SCHEMA

CHECK = "query($entry: Entry!) { check(entry: $entry) }"
PARTS = 'query($parts: [Part!] = [{}]) { check(entry: {title: "x", parts: $parts}) }'
INTROSPECTION = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


def request_errors(
    query: str, variables: dict[str, Any] | None = None, limits: Limits | None = None
) -> list[dict[str, Any]]:
    try:
        GraphQLExecutor(SCHEMA, limits).prepare(Request(query, variables or {}), ADA)
    except GraphQLRequestError as raised:
        return [error["extensions"] | {"message": error["message"]} for error in raised.formatted["errors"]]
    return []


def limit_error(limit: str, actual: int, allowed: int, subject: str) -> dict[str, Any]:
    message = f"{subject}: {actual:,}, where at most {allowed:,} are allowed"
    return {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": actual, "allowed": allowed, "message": message}


SELECTIONS = "The document's selections"
MERGING = "The document's fields that merge with another"
LEVELS = "The operation's levels of fields"
ALIASES = "The operation's aliases"
DIRECTIVES = "The operation's directives"
FIELDS = "The operation's fields on the first level"
ENTRIES = "The entries of a list"
LENGTH = "The document's length in characters"

# setting | allowed figure | document at the limit | document above it | its figure | limit's name | message's subject
LIMIT_CASES: list[tuple[str, int, str, str, int, str, str]] = [
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


@pytest.mark.parametrize(("setting", "allowed", "within", "above", "actual", "limit", "subject"), LIMIT_CASES)
def test_limits_of_documents(
    setting: str, allowed: int, within: str, above: str, actual: int, limit: str, subject: str
) -> None:
    limits = Limits(**{setting: allowed})
    assert request_errors(within, limits=limits) == []
    assert request_errors(above, limits=limits) == [limit_error(limit, actual, allowed, subject)]


def test_unused_fragments_are_counted() -> None:
    large = f"fragment F on Query {{ {'hello ' * 302} }}"
    for document, selections in (
        (f"{{ hello }} {large}", 303),
        (f"{{ ...F }} {large} fragment F on Query {{ hello }}", 304),
    ):
        assert request_errors(document) == [limit_error("repeatedFields", 301, 300, MERGING)]
        assert request_errors(document, limits=Limits(max_selections=300)) == [
            limit_error("selections", selections, 300, SELECTIONS)
        ]


def test_all_exceeded_limits_are_reported() -> None:
    limits = Limits(max_depth=1, max_aliases=1, max_root_fields=1)
    assert request_errors("{ a: hello b: thing { name } } query B { a: hello }", limits=limits) == [
        limit_error("depth", 2, 1, LEVELS),
        limit_error("aliases", 2, 1, ALIASES),
        limit_error("rootFields", 2, 1, FIELDS),
    ]


def test_limits_of_variables() -> None:
    limits = Limits(max_list_entries=3, max_input_values=8)
    assert request_errors(CHECK, {"entry": {"title": "x", "parts": [{}, {"number": 1}, {"number": 1}]}}, limits) == []
    assert request_errors(PARTS, {"parts": [{}, {}, {}]}, limits) == []
    assert request_errors(PARTS, {"parts": [{}, {}, {}, {}]}, limits) == [limit_error("listEntries", 4, 3, ENTRIES)]
    large = {"entry": {"title": "x", "parts": [{}, {"number": 1}, {"number": 1}]}, "else": [None]}
    assert request_errors(CHECK, large, limits) == [limit_error("inputValues", 10, 8, "The values in the variables")]


# a document on which the parser aborts | the limit | the message
ABORTED: list[tuple[str, str, str]] = [
    ("{" + "hello " * 10_000 + "}", "tokens", "Document contains more than 10000 tokens. Parsing aborted."),
    ("{ hello }" + "#\n" * 10_001, "tokens", "Document contains more than 10000 comments. Parsing aborted."),
    ("{" + "thing{me" * 3000, "depth", "Document is nested too deeply. Parsing aborted."),
]


@pytest.mark.parametrize(("document", "limit", "message"), ABORTED, ids=["tokens", "comments", "nested"])
def test_documents_on_which_the_parser_aborts(document: str, limit: str, message: str) -> None:
    assert request_errors(document) == [
        {"code": "LIMIT_EXCEEDED", "limit": limit, "message": f"Syntax Error: {message}"}
    ]


def fragments(count: int, body: str) -> str:
    """Return a document with a chain of fragments, each spreading the next at every asterisk in ``body``."""
    chain = " ".join(f"fragment F{n} on Thing {{ {body.replace('*', f'...F{n + 1}')} }}" for n in range(count))
    return f"{{ thing {{ ...F0 }} }} {chain} fragment F{count} on Thing {{ name }}"


def test_exponentially_nested_fragments_are_rejected() -> None:
    (error,) = request_errors(fragments(40, "* *"))
    assert error == limit_error("selections", 1_000_000_000, 2_000, SELECTIONS) | {"message": error["message"]}
    assert error["message"] == f"{SELECTIONS}: more than 1,000,000,000, where at most 2,000 are allowed"
    assert [error["limit"] for error in request_errors(fragments(60, "a: me { * } b: me { * }"))] == [
        "selections", "depth", "aliases",
    ]  # fmt: skip
    nested = "The document's fragments are nested too deeply"
    assert request_errors(fragments(900, "*")) == [
        {"code": "LIMIT_EXCEEDED", "limit": "depth", "allowed": 20, "message": nested}
    ]


@pytest.mark.parametrize("count", [1, 10, 40, 80])
def test_every_selection_is_visited_once(count: int) -> None:
    measures = measure(parse(fragments(count, "* *")), Pricing(SCHEMA.graphql_schema))
    assert (measures.visited_selections, measures.selections) == (2 + 2 * count + 1, 3 * 2**count)
    ((_, operation),) = measures.operations
    assert operation.cost.evaluate({}) == 1 + 2**count


def test_introspection_costs_less_than_half_the_limit() -> None:
    executor = GraphQLExecutor(make_schema())
    operation = executor.prepare(Request(INTROSPECTION), ADA)
    assert operation.charge.requested < Limits().max_cost // 2
