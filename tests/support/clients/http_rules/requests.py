"""The sentences on URLs, media types, and the requests that a client may send."""

from typing import Any

from tests.support.clients.http_rules.rule import (
    GRAPHQL,
    INTROSPECTION,
    JSON,
    MUTATION_BY_GET,
    NO_QUERY,
    NO_SUCH_OPERATION,
    NOT_JSON,
    NULL_TYPE,
    QUERY,
    RESULT,
    SYNTAX_ERROR,
    TWO_OPERATIONS,
    TYPE,
    WRONG_CONTENT_TYPE,
    Rule,
    get,
    post,
    request_error,
)

NOT_STRINGS: list[Any] = [{"an": "object"}, 0, False, ["a", "list"]]
NOT_OBJECTS: list[Any] = ["text", 0, False, ["a", "list"]]
BATCH = request_error("Batches are not supported: send one request at a time")

URL = [
    Rule("URL", "A server enables GraphQL requests to a schema.", post({"query": QUERY}), 200, RESULT),
    Rule(
        "URL",
        "The schema may be different for different clients: strangers are answered, but may not introspect it.",
        post({"query": QUERY}),
        200,
        RESULT,
        stranger=True,
    ),
    Rule(
        "URL",
        "A request that is forbidden, for example without authentication, has a 4xx or 5xx status. "
        "(Deviation: it is forbidden for its content, which should not count.)",
        post({"query": TYPE, "variables": {"name": "Query"}}),
        401,
        INTROSPECTION,
        headers={"www-authenticate": "Bearer"},
        stranger=True,
    ),
]

MEDIA_TYPES = [
    Rule("Serialization Format", "Servers support JSON.", post('{"query": "{ __typename }"}'), 200, RESULT),
    Rule(
        "Media Types",
        "In Content-Type, UTF-8 is assumed without a charset.",
        post('{"query": "{ __typename # Zoë🏃\\n }"}'.encode()),
        200,
        RESULT,
    ),
    Rule("Media Types", "In Accept, UTF-8 is assumed without a charset.", post({"query": QUERY}, GRAPHQL), 200, RESULT),
]

PARAMETERS = [
    Rule("Request", "A server supports POST.", post({"query": QUERY}), 200, RESULT),
    Rule("Request", "A server may support other methods, such as GET.", get(query=QUERY), 200, RESULT),
    Rule("GraphQL-over-HTTP Request", "The query is required.", post({"notquery": QUERY}), 422, NO_QUERY),
    *(
        Rule(
            "GraphQL-over-HTTP Request",
            f"The query is a string, not {value}.",
            post({"query": value}),
            422,
            request_error("query must be a string"),
        )
        for value in [*NOT_STRINGS, None]
    ),
    *(
        Rule(
            "GraphQL-over-HTTP Request",
            f"operationName is an optional string, not {value}.",
            post({"query": QUERY, "operationName": value}),
            422,
            request_error("operationName must be a string"),
        )
        for value in NOT_STRINGS
    ),
    *(
        Rule(
            "GraphQL-over-HTTP Request",
            f"{name} is an optional map, not {value}.",
            post({"query": QUERY, name: value}),
            422,
            request_error(f"{name} must be an object"),
        )
        for name in ("variables", "extensions")
        for value in NOT_OBJECTS
    ),
    Rule(
        "GraphQL-over-HTTP Request",
        "operationName is the name of the operation to execute.",
        post({"query": TWO_OPERATIONS, "operationName": "B"}),
        200,
        {"data": {"b": "Query"}},
    ),
    Rule(
        "GraphQL-over-HTTP Request",
        "variables are the values of the operation's variables.",
        post({"query": TYPE, "variables": {"name": "None"}}),
        200,
        NULL_TYPE,
    ),
    Rule(
        "GraphQL-over-HTTP Request",
        "extensions are for implementers: those that a server does not know have no effect.",
        post({"query": QUERY, "extensions": {"some": "value"}}),
        200,
        RESULT,
    ),
    Rule(
        "GraphQL-over-HTTP Request",
        "A string that does not parse is a well-formed request all the same.",
        post({"query": "{"}),
        400,
        SYNTAX_ERROR,
    ),
    Rule(
        "Accept",
        "The recommended header is understood.",
        post({"query": QUERY}, f"{GRAPHQL}, {JSON};q=0.9"),
        200,
        RESULT,
    ),
]

GET = [
    Rule(
        "GET",
        "The parameters are form-encoded in the URL.",
        get(query="{ a : __typename }"),
        200,
        {"data": {"a": "Query"}},
    ),
    Rule("GET", "query is the text of the document.", get(query="{"), 400, SYNTAX_ERROR),
    Rule("GET", "query is required.", get(), 422, NO_QUERY),
    Rule(
        "GET",
        "operationName is a string that names the operation.",
        get(query=TWO_OPERATIONS, operationName="B"),
        200,
        {"data": {"b": "Query"}},
    ),
    Rule("GET", "variables are encoded as JSON.", get(query=TYPE, variables='{"name": "None"}'), 200, NULL_TYPE),
    *(
        Rule("GET", f"{name} that are not JSON are rejected.", get(query=QUERY, **{name: "{"}), 400, NOT_JSON)
        for name in ("variables", "extensions")
    ),
    *(
        Rule("GET", f"An empty {name} is the same as none.", get(query=QUERY, **{name: ""}), 200, RESULT)
        for name in ("operationName", "variables", "extensions")
    ),
    Rule(
        "GET",
        "operationName=null is the operation named null.",
        get(query="query null { n: __typename } query B { b: __typename }", operationName="null"),
        200,
        {"data": {"n": "Query"}},
    ),
    Rule(
        "GET",
        "operationName=null is not the absence of a name.",
        get(query=QUERY, operationName="null"),
        422,
        NO_SUCH_OPERATION,
    ),
    Rule(
        "GET",
        "A mutation is not executed, and answered with 405 and Allow.",
        get(query="mutation { __typename }"),
        405,
        MUTATION_BY_GET,
        headers={"allow": "POST"},
    ),
]

POST = [
    Rule("POST", "The body is application/json in UTF-8.", post({"query": QUERY}), 200, RESULT),
    Rule(
        "POST",
        "Content-Type may name UTF-8.",
        post({"query": TYPE, "variables": {"name": "Zoë🏃"}}, content_type=f'{JSON}; charset="UTF-8"'),
        200,
        NULL_TYPE,
    ),
    Rule(
        "POST",
        "Without Content-Type a request is rejected with 4xx.",
        post('{"query": "{ __typename }"}', content_type=None),
        415,
        WRONG_CONTENT_TYPE,
        headers={"accept": JSON},
    ),
    Rule("JSON Encoding", "A request is an object, not a list.", post([{"query": QUERY}]), 422, BATCH),
    Rule(
        "JSON Encoding",
        "A request is an object, not a string.",
        post('"x"'),
        422,
        request_error("The request must be an object"),
    ),
    Rule("JSON Encoding", "Unknown properties are ignored.", post({"query": QUERY, "id": "x"}), 200, RESULT),
    *(
        Rule("JSON Encoding", f"null for {name} is the same as none.", post({"query": QUERY, name: None}), 200, RESULT)
        for name in ("operationName", "variables", "extensions")
    ),
]

RULES = [*URL, *MEDIA_TYPES, *PARAMETERS, *GET, *POST]
