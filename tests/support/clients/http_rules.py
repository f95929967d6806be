"""The rules of the GraphQL over HTTP specification, each with a request and the expected response.

They are the rules that graphql-http audits (https://github.com/graphql/graphql-http), with the same ids.
"""

from typing import Any, NamedTuple

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

QUERY = "{ __typename }"
RESULT = {"data": {"__typename": "Query"}}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
NULL_TYPE: dict[str, Any] = {"data": {"__type": None}}
NODE = "query Node($id: ID!) { node(id: $id) { id } }"


class Rule(NamedTuple):
    """A rule: its id in graphql-http, a request as keyword arguments for httpx, and the expected response."""

    audit: str
    text: str
    request: dict[str, Any]
    status: int
    result: dict[str, Any]
    media_type: str = JSON


def post(body: dict[str, Any] | str, accept: str | None = None, content_type: str | None = JSON) -> dict[str, Any]:
    headers = {"accept": accept, "content-type": content_type}
    content = {"content": body} if isinstance(body, str) else {"json": body}
    return {"method": "POST", "headers": {name: value for name, value in headers.items() if value}, **content}


def get(accept: str | None = None, **parameters: str) -> dict[str, Any]:
    return {"method": "GET", "headers": {"accept": accept} if accept else {}, "params": parameters}


def request_error(message: str, code: str = "BAD_REQUEST") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def document_error(message: str, code: str, column: int, **more: Any) -> dict[str, Any]:
    locations = [{"line": 1, "column": column}]
    return {"errors": [{"message": message, "locations": locations, "extensions": {"code": code, **more}}]}


NO_QUERY = request_error("query is missing")
NOT_JSON = request_error("The request is not valid JSON")
SYNTAX_ERROR = document_error("Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED", 2)
UNKNOWN_FIELD = document_error("Cannot query field 'fiftyTwo' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 3)
NULL_ID = document_error(
    "Variable '$id': Expected value of non-null type 'ID!' not to be None.", "BAD_USER_INPUT", 12, path=["id"]
)

NOT_STRINGS: list[Any] = [{"an": "object"}, 0, False, ["a", "list"]]
NOT_OBJECTS: list[Any] = ["text", 0, False, ["a", "list"]]

MEDIA_TYPES = [
    Rule(
        "22EB",
        "The GraphQL media type is used if the client accepts it.",
        post({"query": QUERY}, GRAPHQL),
        200,
        RESULT,
        GRAPHQL,
    ),
    Rule("4655", "JSON is used if the client accepts it.", post({"query": QUERY}, JSON), 200, RESULT),
    Rule("47DE", "JSON is used if the client accepts anything.", post({"query": QUERY}, "*/*"), 200, RESULT),
    Rule("80D8", "JSON is used without Accept.", post({"query": QUERY}), 200, RESULT),
    Rule(
        "82A3", "Responses are UTF-8.", post({"query": '{ a: __type(name: "é") { name } }'}), 200, {"data": {"a": None}}
    ),
    Rule(
        "BF61",
        "A request may name UTF-8 as its charset.",
        post({"query": TYPE, "variables": {"name": "Zoë🏃"}}, content_type=f"{JSON}; charset=utf-8"),
        200,
        NULL_TYPE,
    ),
    Rule("78D5", "A request without a charset is UTF-8.", post('{"query": "{ __typename # Zoë🏃\\n }"}'), 200, RESULT),
]

METHODS = [
    Rule("2C94", "POST is supported.", post({"query": QUERY}), 200, RESULT),
    Rule("5A70", "GET is supported, with the parameters in the URL.", get(query=QUERY), 200, RESULT),
    Rule(
        "9C48",
        "GET never executes a mutation.",
        get(GRAPHQL, query="mutation { __typename }"),
        405,
        request_error("A mutation needs POST", "METHOD_NOT_ALLOWED"),
        GRAPHQL,
    ),
    Rule(
        "9ABE",
        "A body without a media type is rejected.",
        post('{"query": "{ __typename }"}', content_type=None),
        415,
        request_error("Content-Type must be application/json, in UTF-8", "UNSUPPORTED_MEDIA_TYPE"),
    ),
    Rule("03D4", "A body of JSON is accepted.", post('{"query": "{ __typename }"}'), 200, RESULT),
    Rule("A5BF", "An empty body is rejected.", post(""), 400, NOT_JSON),
]

PARAMETERS = [
    Rule("423L", "A query is required.", post({"notquery": QUERY}, GRAPHQL), 400, NO_QUERY, GRAPHQL),
    *(
        Rule(
            f"LKJ{n}",
            "The query must be a string.",
            post({"query": value}),
            400,
            request_error("query must be a string"),
        )
        for n, value in enumerate(NOT_STRINGS)
    ),
    Rule("34A2", "A query in a string is accepted.", post({"query": QUERY}, GRAPHQL), 200, RESULT, GRAPHQL),
    Rule("13EE", "A query in a string is accepted.", post({"query": QUERY}, JSON), 200, RESULT),
    *(
        Rule(
            f"6C0{n}",
            "The operation name must be a string.",
            post({"query": QUERY, "operationName": value}),
            400,
            request_error("operationName must be a string"),
        )
        for n, value in enumerate(NOT_STRINGS)
    ),
    *(
        Rule(
            audit,
            "The operation name selects the operation.",
            post({"query": "query A { a: __typename } query B { b: __typename }", "operationName": "B"}, media_type),
            200,
            {"data": {"b": "Query"}},
            media_type,
        )
        for audit, media_type in (("8161", GRAPHQL), ("B8B3", JSON))
    ),
    *(
        Rule(
            f"{audit}{n}",
            "Null is the same as no value.",
            post({"query": QUERY, name: None}, media_type),
            200,
            RESULT,
            media_type,
        )
        for audit, media_type in (("94B", GRAPHQL), ("022", JSON))
        for n, name in enumerate(("variables", "operationName", "extensions"))
    ),
    *(
        Rule(
            f"{audit}{n}",
            f"{name} must be an object.",
            post({"query": QUERY, name: value}),
            400,
            request_error(message),
        )
        for audit, name in (("476", "variables"), ("58B", "extensions"))
        for message in (f"{name} must be an object",)
        for n, value in enumerate(NOT_OBJECTS)
    ),
    *(
        Rule(
            audit,
            "Variables in an object are accepted.",
            post({"query": TYPE, "variables": {"name": "None"}}, media_type),
            200,
            NULL_TYPE,
            media_type,
        )
        for audit, media_type in (("2EA1", GRAPHQL), ("28B9", JSON))
    ),
    *(
        Rule(
            audit,
            "In a URL the variables are JSON.",
            get(media_type, query=TYPE, variables='{"name": "None"}'),
            200,
            NULL_TYPE,
            media_type,
        )
        for audit, media_type in (("D6D5", GRAPHQL), ("6A70", JSON))
    ),
    *(
        Rule(
            audit,
            "Unknown extensions are ignored.",
            post({"query": QUERY, "extensions": {"some": "value"}}, media_type),
            200,
            RESULT,
            media_type,
        )
        for audit, media_type in (("428F", GRAPHQL), ("1B7A", JSON))
    ),
]

NOT_REQUESTS = [
    Rule("B6DC", "Invalid JSON is rejected in JSON.", post('{ "not a JSON', JSON), 400, NOT_JSON),
    Rule("BCF8", "Invalid JSON is rejected with status 400.", post("{", JSON), 400, NOT_JSON),
    Rule(
        "B7N8",
        "Invalid JSON is rejected in the GraphQL media type.",
        post('{ "not a JSON', GRAPHQL),
        400,
        NOT_JSON,
        GRAPHQL,
    ),
    Rule("8764", "A request without query is rejected.", post({"qeury": QUERY}), 400, NO_QUERY),
    Rule("3E3A", "A request without query is rejected with status 400.", post({"Query": QUERY}), 400, NO_QUERY),
]

DOCUMENTS = [
    Rule("572B", "In JSON, a syntax error has status 200.", post({"query": "{"}, JSON), 200, SYNTAX_ERROR),
    Rule(
        "FDE2",
        "In JSON, an invalid document has status 200.",
        post({"query": "{ fiftyTwo }"}, JSON),
        200,
        UNKNOWN_FIELD,
    ),
    Rule(
        "7B9B",
        "In JSON, invalid variables have status 200.",
        post({"query": NODE, "variables": {"id": None}}, JSON),
        200,
        NULL_ID,
    ),
    *(
        Rule(audit, text, post({"query": "{"}, GRAPHQL), 400, SYNTAX_ERROR, GRAPHQL)
        for audit, text in (
            ("865D", "In the GraphQL media type, a syntax error is an error of the request."),
            ("556A", "A syntax error has status 400."),
            ("D586", "A response to a syntax error has no data."),
        )
    ),
    *(
        Rule(audit, text, post({"query": "{ fiftyTwo }"}, GRAPHQL), 400, UNKNOWN_FIELD, GRAPHQL)
        for audit, text in (
            ("51FE", "In the GraphQL media type, an invalid document is an error of the request."),
            ("74FF", "An invalid document has status 400."),
            ("5E5B", "A response to an invalid document has no data."),
        )
    ),
    Rule(
        "86EE",
        "In the GraphQL media type, invalid variables have status 400.",
        post({"query": NODE, "variables": {"id": None}}, GRAPHQL),
        400,
        NULL_ID,
        GRAPHQL,
    ),
]

RULES = [*MEDIA_TYPES, *METHODS, *PARAMETERS, *NOT_REQUESTS, *DOCUMENTS]
