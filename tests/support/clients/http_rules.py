"""What the specification of GraphQL over HTTP asks of a server, rule by rule, and what ours answers to each.

The rules are those that graphql-http's audits try, under the same ids; the requests and answers are ours.
"""

from typing import Any, NamedTuple

JSON = "application/json"
NEW = "application/graphql-response+json"

ASKED = "{ __typename }"
ANSWER = {"data": {"__typename": "Query"}}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
NO_TYPE: dict[str, Any] = {"data": {"__type": None}}
NODE = "query Node($id: ID!) { node(id: $id) { id } }"


class Rule(NamedTuple):
    """A request, as httpx takes it, and its whole answer."""

    audit: str
    text: str
    request: dict[str, Any]
    status: int
    answer: dict[str, Any]
    media_type: str = JSON


def post(body: dict[str, Any] | str, accept: str | None = None, content_type: str | None = JSON) -> dict[str, Any]:
    headers = {"accept": accept, "content-type": content_type}
    sent = {"content": body} if isinstance(body, str) else {"json": body}
    return {"method": "POST", "headers": {name: value for name, value in headers.items() if value}, **sent}


def get(accept: str | None = None, **parameters: str) -> dict[str, Any]:
    return {"method": "GET", "headers": {"accept": accept} if accept else {}, "params": parameters}


def refused(message: str, code: str = "BAD_REQUEST") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def wrong(message: str, code: str, column: int, **more: Any) -> dict[str, Any]:
    where = [{"line": 1, "column": column}]
    return {"errors": [{"message": message, "locations": where, "extensions": {"code": code, **more}}]}


NO_QUERY = refused("query is missing")
NOT_JSON = refused("The request is not valid JSON")
NO_PARSE = wrong("Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED", 2)
NO_FIELD = wrong("Cannot query field 'fiftyTwo' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 3)
NO_ID = wrong(
    "Variable '$id': Expected value of non-null type 'ID!' not to be None.", "BAD_USER_INPUT", 12, path=["id"]
)

NO_STRINGS: list[Any] = [{"an": "object"}, 0, False, ["a", "list"]]
NO_OBJECTS: list[Any] = ["text", 0, False, ["a", "list"]]

MEDIA_TYPES = [
    Rule("22EB", "The new media type is answered in where asked for.", post({"query": ASKED}, NEW), 200, ANSWER, NEW),
    Rule("4655", "So is JSON.", post({"query": ASKED}, JSON), 200, ANSWER),
    Rule("47DE", "Whoever takes anything gets JSON.", post({"query": ASKED}, "*/*"), 200, ANSWER),
    Rule("80D8", "So does whoever says nothing.", post({"query": ASKED}), 200, ANSWER),
    Rule(
        "82A3", "Answers are UTF-8.", post({"query": '{ a: __type(name: "é") { name } }'}), 200, {"data": {"a": None}}
    ),
    Rule(
        "BF61",
        "A request may say that it is UTF-8.",
        post({"query": TYPE, "variables": {"name": "Zoë🏃"}}, content_type=f"{JSON}; charset=utf-8"),
        200,
        NO_TYPE,
    ),
    Rule("78D5", "It is UTF-8 if it says nothing.", post('{"query": "{ __typename # Zoë🏃\\n }"}'), 200, ANSWER),
]

METHODS = [
    Rule("2C94", "POST is taken.", post({"query": ASKED}), 200, ANSWER),
    Rule("5A70", "GET is, with the parameters in the address.", get(query=ASKED), 200, ANSWER),
    Rule(
        "9C48",
        "GET never runs a mutation.",
        get(NEW, query="mutation { __typename }"),
        405,
        refused("A mutation needs POST", "METHOD_NOT_ALLOWED"),
        NEW,
    ),
    Rule(
        "9ABE",
        "A body of no type is refused.",
        post('{"query": "{ __typename }"}', content_type=None),
        415,
        refused("Content-Type must be application/json, in UTF-8", "UNSUPPORTED_MEDIA_TYPE"),
    ),
    Rule("03D4", "A body of JSON is taken.", post('{"query": "{ __typename }"}'), 200, ANSWER),
    Rule("A5BF", "No body is no request.", post(""), 400, NOT_JSON),
]

PARAMETERS = [
    Rule("423L", "There must be a query.", post({"notquery": ASKED}, NEW), 400, NO_QUERY, NEW),
    *(
        Rule(f"LKJ{n}", "It must be a string.", post({"query": value}), 400, refused("query must be a string"))
        for n, value in enumerate(NO_STRINGS)
    ),
    Rule("34A2", "A query in a string is taken.", post({"query": ASKED}, NEW), 200, ANSWER, NEW),
    Rule("13EE", "A query in a string is taken.", post({"query": ASKED}, JSON), 200, ANSWER),
    *(
        Rule(
            f"6C0{n}",
            "An operation's name must be a string.",
            post({"query": ASKED, "operationName": value}),
            400,
            refused("operationName must be a string"),
        )
        for n, value in enumerate(NO_STRINGS)
    ),
    *(
        Rule(
            audit,
            "An operation is chosen by its name.",
            post({"query": "query A { a: __typename } query B { b: __typename }", "operationName": "B"}, media_type),
            200,
            {"data": {"b": "Query"}},
            media_type,
        )
        for audit, media_type in (("8161", NEW), ("B8B3", JSON))
    ),
    *(
        Rule(
            f"{audit}{n}",
            "Null is as good as nothing.",
            post({"query": ASKED, name: None}, media_type),
            200,
            ANSWER,
            media_type,
        )
        for audit, media_type in (("94B", NEW), ("022", JSON))
        for n, name in enumerate(("variables", "operationName", "extensions"))
    ),
    *(
        Rule(f"{audit}{n}", f"{name} are an object.", post({"query": ASKED, name: value}), 400, refused(message))
        for audit, name in (("476", "variables"), ("58B", "extensions"))
        for message in (f"{name} must be an object",)
        for n, value in enumerate(NO_OBJECTS)
    ),
    *(
        Rule(
            audit,
            "Variables in an object are taken.",
            post({"query": TYPE, "variables": {"name": "None"}}, media_type),
            200,
            NO_TYPE,
            media_type,
        )
        for audit, media_type in (("2EA1", NEW), ("28B9", JSON))
    ),
    *(
        Rule(
            audit,
            "In an address they are JSON.",
            get(media_type, query=TYPE, variables='{"name": "None"}'),
            200,
            NO_TYPE,
            media_type,
        )
        for audit, media_type in (("D6D5", NEW), ("6A70", JSON))
    ),
    *(
        Rule(
            audit,
            "Extensions that are not known are let be.",
            post({"query": ASKED, "extensions": {"some": "value"}}, media_type),
            200,
            ANSWER,
            media_type,
        )
        for audit, media_type in (("428F", NEW), ("1B7A", JSON))
    ),
]

NO_REQUESTS = [
    Rule("B6DC", "What is not JSON is refused in JSON.", post('{ "not a JSON', JSON), 400, NOT_JSON),
    Rule("BCF8", "It is refused with 400.", post("{", JSON), 400, NOT_JSON),
    Rule("B7N8", "Also in the new media type.", post('{ "not a JSON', NEW), 400, NOT_JSON, NEW),
    Rule("8764", "A request of other parameters is refused.", post({"qeury": ASKED}), 400, NO_QUERY),
    Rule("3E3A", "It is refused with 400.", post({"Query": ASKED}), 400, NO_QUERY),
]

DOCUMENTS = [
    Rule("572B", "In JSON, a document that is none is told with 200.", post({"query": "{"}, JSON), 200, NO_PARSE),
    Rule("FDE2", "So is one that is not valid.", post({"query": "{ fiftyTwo }"}, JSON), 200, NO_FIELD),
    Rule("7B9B", "So are wrong variables.", post({"query": NODE, "variables": {"id": None}}, JSON), 200, NO_ID),
    *(
        Rule(audit, text, post({"query": "{"}, NEW), 400, NO_PARSE, NEW)
        for audit, text in (
            ("865D", "In the new media type, a document that is none is an error."),
            ("556A", "The error is 400."),
            ("D586", "Nothing was executed: there is no data."),
        )
    ),
    *(
        Rule(audit, text, post({"query": "{ fiftyTwo }"}, NEW), 400, NO_FIELD, NEW)
        for audit, text in (
            ("51FE", "A document that is not valid is an error."),
            ("74FF", "The error is 400."),
            ("5E5B", "Nothing was executed: there is no data."),
        )
    ),
    Rule("86EE", "So are wrong variables.", post({"query": NODE, "variables": {"id": None}}, NEW), 400, NO_ID, NEW),
]

RULES = [*MEDIA_TYPES, *METHODS, *PARAMETERS, *NO_REQUESTS, *DOCUMENTS]
