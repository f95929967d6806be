"""Without a session one may do what signing in needs, and whoever tries names learns nothing of the schema."""

import json
import re
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationType, get_introspection_query

from models.database import fetch, transaction
from models.member import SignInMethod
from resolvers.schema_root import make_schema
from server.execution.executor import GraphQLExecutor
from server.execution.signed_out.allowed_fields import ALLOWED_FIELDS
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from services.accounts.sessions.clients import Client
from services.accounts.sessions.opening import SignIn, open_session
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask, gid
from tests.support.servers.sample_schema import ADA, Context, FakeApp

ANONYMOUS = Context(FakeApp(), None, None)
SIGN_IN_FIRST = {"errors": [{"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}]}
INCORRECT_MESSAGE = (
    "The request is not correct. Without a session the server does not say why: compare the document and its variables "
    "with the schema."
)
INCORRECT = {"errors": [{"message": INCORRECT_MESSAGE, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}
NOT_PARSED = {"errors": [{"message": INCORRECT_MESSAGE, "extensions": {"code": "GRAPHQL_PARSE_FAILED"}}]}
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }"
UNLIMITED = Limits(signed_out_bucket=10**9)


@cache
def executor() -> GraphQLExecutor:
    return GraphQLExecutor(make_schema(), UNLIMITED)


def request_error(
    context: Context, query: str, variables: dict[str, Any] | None = None, name: str | None = None
) -> Any:
    """Return the result of a request that is rejected before execution, or None if it is accepted."""
    try:
        executor().prepare(Request(query, variables or {}, name), context)
    except GraphQLRequestError as error:
        return error.formatted
    return None


def names(schema: GraphQLSchema) -> list[str]:
    """Return all names in the schema: of types, fields, arguments and enum values."""
    found = set(schema.type_map)
    for type_ in schema.type_map.values():
        for name, field in getattr(type_, "fields", {}).items():
            found |= {name, *getattr(field, "args", {})}
        found |= set(getattr(type_, "values", {}))
    return sorted(found)


GUESSES = [
    *("{ NAME }", "{ NAME { id } }", "{ viewer { id } NAME }", "{ a: NAME(first: 1) { __typename } }"),
    *("mutation { NAME }", "mutation { NAME(input: {}) { errors { code } } }", "subscription { NAME { id } }"),
    *("{ ...F } fragment F on Query { NAME }", "{ ... on Query { ... { NAME } } }", "subscription NAME { __typename }"),
]
"""Documents that ask for a root field that needs a session, or for none that there is."""
UNSEEN = [
    *("{ viewer { NAME } }", "{ viewer { id NAME { NAME } } }", "{ viewer(NAME: 1) { id } }"),
    *("{ viewer { ... on NAME { id } } }", "{ viewer { ...F } } fragment F on NAME { NAME }"),
    *("query ($x: NAME) { viewer { id(x: $x) } }", "{ viewer { id(NAME: NAME) @NAME } }"),
    "query A { viewer { id } } query B { NAME }",
    'mutation { refreshSession(refreshToken: "x") { session { NAME { NAME } } errors { code } } }',
    'mutation { refreshSession(refreshToken: "x") { s: session(NAME: 1) { viewer { NAME(first: 1) @NAME { id } } } } }',
    'mutation { refreshSession(refreshToken: "x") { ...P } } fragment P on SignInPayload { session { ...S } } fragment S on NAME { NAME }',
    'mutation ($x: NAME) { refreshSession(refreshToken: "x") { session { viewer { notifications(first: $x) { NAME } } } } }',
]
"""Documents whose selections are null without a session, whatever they are."""
MISTAKES = [
    *("{ viewer @NAME { id } }", "{ __typename(NAME: 1) }", "query ($x: NAME) { __typename }"),
    *("mutation { signIn(NAME: 1) { errors { code } } }", "mutation { signIn(input: {NAME: 1}) { errors { code } } }"),
    *("mutation { signOut(refreshToken: {NAME: NAME}) }", "mutation ($x: NAME) { signOut(refreshToken: $x) }"),
    *("{ ... on NAME { __typename } }", "mutation { setPassword(token: NAME, password: NAME) { NAME } }"),
]
"""Documents that are not correct whatever the name, but for the few names that are right there."""
NOT_MISTAKES = {"skip", "include", "deprecated", "String", "Query", "ID"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("documents", "answer"),
    [(GUESSES, SIGN_IN_FIRST), (UNSEEN, None), (MISTAKES, INCORRECT)],
    ids=["root", "viewer", "rest"],
)
def test_guessing_names_finds_none(documents: list[str], answer: Any) -> None:
    open_names = frozenset[str]().union(*ALLOWED_FIELDS.values())
    real = [name for name in names(make_schema().graphql_schema) if name not in open_names | NOT_MISTAKES]
    assert len(real) > 400
    for number, name in enumerate(real):  # each name in one of the documents
        assert guess(documents[number % len(documents)], name) == answer, name
    for document in documents:
        for name in ("nonsense", "Nonsense", "NONSENSE"):
            assert guess(document, name) == answer, document


def guess(document: str, name: str) -> Any:
    """Return the error of a document with a name."""
    query = document.replace("NAME", name)
    return request_error(ANONYMOUS, query, name="A" if query.startswith("query A") else None)


INCORRECT_REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("mutation { signOut(refreshToken: 5) }", {}),
    ("mutation { signOut }", {}),
    ("mutation { signIn(input: {email: null, password: null}) { errors { code } } }", {}),
    ("mutation { signOut(refreshToken: $token) }", {}),
    ("mutation ($token: String!) { signOut(refreshToken: $token) }", {}),
    ("mutation ($token: String!) { signOut(refreshToken: $token) }", {"token": 5}),
    ("mutation ($token: String!) { signOut(refreshToken: $token) }", {"token": ["x"] * 300}),
    (SIGN_IN, {"input": {"emal": "a", "password": "b"}}),
    (SIGN_IN, {"input": {"email": "a", "password": "b", "remember": True}}),
    (SIGN_IN, {"input": {"email": "a", "password": 5}}),
    (SIGN_IN, {"input": [[]]}),
    ("{ ...F }", {}),
    ("{ ...F } fragment F on Query { ...F }", {}),
    ("{ __typename { id } }", {}),
    ("fragment F on Query { __typename }", {}),
    ("{ " + "__typename " * 300 + "}", {}),
]


@pytest.mark.parametrize(("query", "variables"), INCORRECT_REQUESTS, ids=lambda value: str(value)[:60])
def test_whatever_is_not_correct_gets_one_sentence(query: str, variables: dict[str, Any]) -> None:
    for _ in range(2):
        assert request_error(ANONYMOUS, query, variables) == INCORRECT
    assert request_error(ADA, query, variables) not in (INCORRECT, None)


@pytest.mark.parametrize("query", ["", "{", "{ viewer { id }", "mutation { signIn(", "{ trackers }}", "{ a" * 300])
def test_what_cannot_be_parsed_gets_the_same_sentence(query: str) -> None:
    assert request_error(ANONYMOUS, query) == NOT_PARSED


INTROSPECTIONS = [
    get_introspection_query().replace("\n", " ").replace("  ", " "),
    "{ __schema { queryType { name } } }",
    '{ x: __type(name: "Tracker") { __typename } }',
    "{ ...{ ...F } } fragment F on Query { __schema { __typename } }",
    "{ __schema @skip(if: true) { queryType { name } } }",
]


@pytest.mark.parametrize("query", INTROSPECTIONS, ids=lambda query: query[:40])
def test_introspection_needs_a_session(query: str) -> None:
    for _ in range(2):  # the document is cached after a member has used it
        assert request_error(ANONYMOUS, query) == SIGN_IN_FIRST
        assert request_error(ADA, query) is None


def test_only_the_executed_operation_is_judged() -> None:
    document = "query A { __typename } query B { trackers { totalCount } }"
    assert request_error(ANONYMOUS, document, name="A") is None
    assert request_error(ANONYMOUS, document, name="B") == SIGN_IN_FIRST
    assert request_error(ANONYMOUS, document)["errors"][0]["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}


def test_a_document_may_have_four_kilobytes() -> None:
    longest = "{ __typename } #".ljust(4_096, "x")
    assert request_error(ANONYMOUS, longest) is None
    assert request_error(ANONYMOUS, longest + "x") == SIGN_IN_FIRST
    assert request_error(ANONYMOUS, longest[:-1] + "é") == SIGN_IN_FIRST  # 4,097 bytes
    assert request_error(ANONYMOUS, "{" * 4_097) == SIGN_IN_FIRST


def test_every_listed_field_is_in_the_schema() -> None:
    schema = make_schema().graphql_schema
    for operation in OperationType:
        root = schema.get_root_type(operation)
        assert root is not None
        assert ALLOWED_FIELDS.get(operation, frozenset()) <= {"__typename", *root.fields}


def test_documents_of_strangers_are_not_cached_for_members() -> None:
    executor = GraphQLExecutor(make_schema(), UNLIMITED)
    operation = executor.prepare(Request("{ __typename }"), ANONYMOUS)
    assert operation.compiled is None
    assert "{ __typename }" not in executor.documents
    executor.prepare(Request("{ __typename }"), ADA)
    assert "{ __typename }" in executor.documents
    assert executor.prepare(Request("{ __typename }"), ANONYMOUS).compiled is None


async def test_the_viewer_is_null(database: str) -> None:
    error = {"message": "Sign in first.", "path": ["viewer"], "extensions": {"code": "UNAUTHENTICATED"}}
    for document in ("{ viewer { id } }", "{ viewer { nonsense } }", "{ viewer }", "{ viewer { member { id x } } }"):
        answer = await ask(None, document)
        locations = [{"line": 1, "column": 3}]
        assert answer == {"data": {"viewer": None}, "errors": [{**error, "locations": locations}]}


REFRESH = """
mutation ($token: String!, $first: Int) {
  refreshSession(refreshToken: $token) {
    session { refreshToken viewer { notifications(first: $first) { nodes { id } } NAME } }
    errors { code }
  }
}
"""


async def test_only_those_who_sign_in_learn_what_is_wrong_with_the_selections_of_their_session(database: str) -> None:
    ada = await make.member()
    async with transaction():
        tokens = await open_session(
            INSTALLATION, ada.id, SignIn(client=Client("192.0.2.1"), method=SignInMethod.PASSWORD)
        )
    requests = [("id", 5), ("nonsense", 5), ("id", "nonsense"), ("organisation { nonsense }", 5)]
    refused = {"data": {"refreshSession": {"session": None, "errors": [{"code": "INVALID_CREDENTIALS"}]}}}
    for name, first in requests:
        document = REFRESH.replace("NAME", name)
        assert await ask(None, document, token="nonsense", first=first) == refused
    for name, first in requests[1:]:
        assert await ask(None, REFRESH.replace("NAME", name), token=tokens.refresh_token, first=first) == INCORRECT
    answer = await ask(None, REFRESH.replace("NAME", "id"), token=tokens.refresh_token, first=5)
    assert answer["data"]["refreshSession"]["session"]["viewer"] == {"notifications": {"nodes": []}, "id": gid(ada)}


async def test_errors_of_values_that_are_found_during_execution_say_nothing(database: str) -> None:
    query = 'mutation ($token: String = "x") { signOut(refreshToken: $token) }'
    answer = await ask(None, query, token=None)
    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        (INCORRECT_MESSAGE, {"code": "BAD_USER_INPUT"})
    ]
    assert not re.search("String|refreshToken|token", json.dumps(answer))


async def test_database_error_messages_are_not_disclosed(database: str) -> None:
    ada = await make.member()
    await fetch("ALTER TABLE programme RENAME TO gone")
    result = await ask(ada, "{ programmes { nodes { name } } viewer { member { name } } }")
    (error,) = result["errors"]
    assert error["message"] == "Internal server error: find it in the server's log by its request id."
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "a request"}
    assert "programme" not in str(result).replace("['programmes']", "")
