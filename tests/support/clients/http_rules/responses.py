"""The sentences on the body of a response, its media type, validation, execution and status codes."""

from typing import Any

from tests.support.clients.http_rules.rule import (
    GRAPHQL,
    JSON,
    MUTATION_BY_GET,
    NO_QUERY,
    NO_SUCH_OPERATION,
    NOT_ACCEPTABLE,
    NOT_JSON,
    NULL_NAME,
    QUERY,
    RESULT,
    SYNTAX_ERROR,
    TWO_OPERATIONS,
    TYPE,
    UNKNOWN_FIELD,
    UNNAMED_OPERATION,
    WRONG_CONTENT_TYPE,
    WRONG_METHOD,
    Rule,
    document_error,
    get,
    post,
    request_error,
)
from tests.support.clients.results import BAD_CURSOR

NO_DATA_QUERY = '{ trackers(after: "rubbish") { totalCount } }'
NO_DATA = {"data": None, "errors": [{**BAD_CURSOR, "locations": [{"line": 1, "column": 3}]}]}
PARTIAL_QUERY = '{ __typename tracker(id: "rubbish") { id } }'
BAD_ID = {"message": "This is not a valid id.", "extensions": {"code": "BAD_USER_INPUT", "path": ["id"]}}
PARTIAL: dict[str, Any] = {
    "data": {"__typename": "Query", "tracker": None},
    "errors": [{**BAD_ID, "locations": [{"line": 1, "column": 14}], "path": ["tracker"]}],
}
LEGACY = "As for a GraphQL client, but with application/json for 2xx. (Deviation: today's statuses, {}.)"

RESPONSE = [
    Rule("Response", "A well-formed request gets a result of execution.", post({"query": QUERY}), 200, RESULT),
    Rule("Response", "A well-formed request gets a request error result.", post({"query": "{"}), 400, SYNTAX_ERROR),
    Rule(
        "Response",
        "A server complies with RFC 9110, which requires HEAD for what GET answers.",
        get(method="HEAD", query=QUERY),
        200,
        None,
        headers={"content-length": str(len('{"data":{"__typename":"Query"}}'))},
    ),
    Rule(
        "Response",
        "A server complies with RFC 9110, in which HEAD is as safe as GET.",
        get(method="HEAD", query="mutation { __typename }"),
        405,
        None,
        headers={"allow": "POST"},
    ),
]

BODY = [
    Rule("Body", "Content-Type names the media type and the encoding.", post({"query": QUERY}), 200, RESULT),
    Rule("Body", "A server supports application/graphql-response+json.", post({"query": QUERY}, GRAPHQL), 200, RESULT),
    *(
        Rule(
            "Body",
            f"The acceptable type of the highest weight is used: {accept}",
            post({"query": QUERY}, accept),
            200,
            RESULT,
            media_type,
        )
        for accept, media_type in (
            (f"{JSON}, {GRAPHQL}", GRAPHQL),
            (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
            (f"{JSON}, {GRAPHQL};q=0.9", JSON),
            (f"{JSON};q=0, */*", GRAPHQL),
            (f"{GRAPHQL};charset=utf-8", GRAPHQL),
            (f"{GRAPHQL};charset=utf-16, {JSON};q=0.1", JSON),
            ("text/html, application/*;q=0.5", JSON),
            ("*/*", JSON),
        )
    ),
    Rule("Body", "Without Accept the server chooses.", post({"query": QUERY}, None), 200, RESULT, JSON),
    *(
        Rule(
            "Body",
            f"If no type is acceptable, the answer is 406: {accept}",
            post({"query": QUERY}, accept),
            406,
            NOT_ACCEPTABLE,
            JSON,
        )
        for accept in ("text/html", f"{GRAPHQL};q=0", f"{JSON};charset=utf-16")
    ),
    Rule(
        "Body", "A legacy client's 2xx response is application/json.", post({"query": QUERY}, JSON), 200, RESULT, JSON
    ),
    *(
        Rule("Body", LEGACY.format(description), post(body, JSON), status, result, JSON)
        for description, body, status, result in (
            ("400 for an ill-formed request", {"qeury": QUERY}, 400, NO_QUERY),
            ("200 for a syntax error", {"query": "{"}, 200, SYNTAX_ERROR),
            ("200 for an invalid document", {"query": "{ fiftyTwo }"}, 200, UNKNOWN_FIELD),
            ("200 for no operation", {"query": TWO_OPERATIONS}, 200, UNNAMED_OPERATION),
            ("200 for invalid variables", {"query": TYPE, "variables": {"name": None}}, 200, NULL_NAME),
            ("200 for data beside errors", {"query": NO_DATA_QUERY}, 200, NO_DATA),
        )
    ),
]

INVALID_DOCUMENTS = [
    (
        "{ viewer }",
        "Field 'viewer' of type 'Viewer' must have a selection of subfields. Did you mean 'viewer { ... }'?",
        3,
    ),
    ("{ __typename @nope }", "Unknown directive '@nope'.", 14),
    ("{ ...F }", "Unknown fragment 'F'.", 6),
    ("query ($n: Int) { __typename }", "Variable '$n' is never used.", 8),
]

DEEP_QUERY = '{ __type(name: "Query") ' + "{ ofType " * 20 + "{ name }" + " }" * 21
TOO_DEEP = request_error(
    "The operation's levels of fields: 22, where at most 20 are allowed",
    "LIMIT_EXCEEDED",
    limit="depth",
    asked=22,
    allowed=20,
)

EXECUTION = [
    *(
        Rule(
            "Validation",
            f"The rules of the GraphQL specification hold: {document}",
            post({"query": document}),
            422,
            document_error(message, "GRAPHQL_VALIDATION_FAILED", column),
        )
        for document, message, column in INVALID_DOCUMENTS
    ),
    Rule(
        "Validation",
        "A server may have further rules, such as a limit on depth.",
        post({"query": DEEP_QUERY}),
        422,
        TOO_DEEP,
    ),
    Rule(
        "Execution",
        "Execution is ExecuteRequest(), with default values of variables.",
        post({"query": 'query ($name: String = "Query") { __type(name: $name) { name } }'}),
        200,
        {"data": {"__type": {"name": "Query"}}},
    ),
]

STATUS_CODES = [
    Rule("Status Codes", "Data that is not null has a 2xx status.", post({"query": PARTIAL_QUERY}), 294, PARTIAL),
    Rule("Status Codes", "Data without errors has status 200.", post({"query": QUERY}), 200, RESULT),
    Rule("Status Codes", "Data of null beside errors has status 294.", post({"query": NO_DATA_QUERY}), 294, NO_DATA),
    Rule("Status Codes", "Data beside errors has status 294 by GET too.", get(query=NO_DATA_QUERY), 294, NO_DATA),
    Rule(
        "Status Codes",
        "A mutation by GET has status 405.",
        get(query="mutation { __typename }"),
        405,
        MUTATION_BY_GET,
        headers={"allow": "POST"},
    ),
    *(
        Rule(
            "Status Codes",
            f"The method {method} has status 405.",
            get(method=method),
            405,
            WRONG_METHOD,
            headers={"allow": "GET, HEAD, POST"},
        )
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
    ),
    *(
        Rule(
            "Status Codes",
            f"A body of {content_type} has status 415.",
            post('{"query": "{ __typename }"}', content_type=content_type),
            415,
            WRONG_CONTENT_TYPE,
        )
        for content_type in ("text/plain", "application/graphql", GRAPHQL, f"{JSON}; charset=latin-1")
    ),
    Rule(
        "Status Codes",
        "An Accept without a type of the server has status 406.",
        post({"query": QUERY}, "image/png"),
        406,
        NOT_ACCEPTABLE,
        JSON,
    ),
    *(
        Rule("Status Codes", f"JSON that cannot be parsed has status 400: {body!r}", post(body), 400, NOT_JSON)
        for body in ("", "NONSENSE", '{"query":', '{"query": "\\x"}', b'"\xff"')
    ),
    Rule("Status Codes", "An ill-formed request has status 422.", post({"qeury": QUERY}), 422, NO_QUERY),
    Rule("Status Codes", "A document that cannot be parsed has status 400.", post({"query": "{"}), 400, SYNTAX_ERROR),
    Rule(
        "Status Codes",
        "A document that is not valid has status 422.",
        post({"query": "{ fiftyTwo }"}),
        422,
        UNKNOWN_FIELD,
    ),
    Rule(
        "Status Codes",
        "An ambiguous operation has status 422.",
        post({"query": TWO_OPERATIONS}),
        422,
        UNNAMED_OPERATION,
    ),
    Rule(
        "Status Codes",
        "An operation that is not there has status 422.",
        post({"query": QUERY, "operationName": "C"}),
        422,
        NO_SUCH_OPERATION,
    ),
    Rule(
        "Status Codes",
        "Variables that cannot be coerced have status 422.",
        post({"query": TYPE, "variables": {"name": None}}),
        422,
        NULL_NAME,
    ),
]

RULES = [*RESPONSE, *BODY, *EXECUTION, *STATUS_CODES]
