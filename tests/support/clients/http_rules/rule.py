"""The form of a rule, and the requests and responses that several rules use."""

from typing import Any, NamedTuple

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

QUERY = "{ __typename }"
RESULT: dict[str, Any] = {"data": {"__typename": "Query"}}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
NULL_TYPE: dict[str, Any] = {"data": {"__type": None}}
TWO_OPERATIONS = "query A { a: __typename } query B { b: __typename }"


class Rule(NamedTuple):
    """A sentence of a section, a request as keyword arguments for httpx, and the expected response.

    ``headers`` are those of the response that the sentence is about. A stranger's request has no session.
    """

    section: str
    sentence: str
    request: dict[str, Any]
    status: int
    result: dict[str, Any] | None
    media_type: str = GRAPHQL
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    stranger: bool = False


def post(body: Any, accept: str | None = GRAPHQL, content_type: str | None = JSON) -> dict[str, Any]:
    """Return a POST request with a body of text, or of a value encoded as JSON."""
    headers = {"accept": accept, "content-type": content_type}
    content = {"content": body} if isinstance(body, str | bytes) else {"json": body}
    return {"method": "POST", "headers": {name: value for name, value in headers.items() if value}, **content}


def get(accept: str | None = GRAPHQL, method: str = "GET", **parameters: str) -> dict[str, Any]:
    """Return a GET request with parameters in the URL."""
    return {"method": method, "headers": {"accept": accept} if accept else {}, "params": parameters}


def request_error(message: str, code: str = "BAD_REQUEST", **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code, **more}}]}


def document_error(message: str, code: str, column: int, **more: Any) -> dict[str, Any]:
    locations = [{"line": 1, "column": column}]
    return {"errors": [{"message": message, "locations": locations, "extensions": {"code": code, **more}}]}


NO_QUERY = request_error("query is missing")
NOT_JSON = request_error("The request is not valid JSON")
SYNTAX_ERROR = document_error("Syntax Error: Expected Name, found <EOF>.", "GRAPHQL_PARSE_FAILED", 2)
UNKNOWN_FIELD = document_error("Cannot query field 'fiftyTwo' on type 'Query'.", "GRAPHQL_VALIDATION_FAILED", 3)
UNNAMED_OPERATION = request_error(
    "The document has several operations: operationName must name one", "OPERATION_RESOLUTION_FAILURE"
)
NO_SUCH_OPERATION = request_error("The document has no operation of this name", "OPERATION_RESOLUTION_FAILURE")
NULL_NAME = document_error(
    "Variable '$name': Expected value of non-null type 'String!' not to be None.", "BAD_USER_INPUT", 12, path=["name"]
)
WRONG_CONTENT_TYPE = request_error("Content-Type must be application/json, in UTF-8", "UNSUPPORTED_MEDIA_TYPE")
NOT_ACCEPTABLE = request_error(
    "Accept must allow application/json, application/graphql-response+json or text/event-stream", "NOT_ACCEPTABLE"
)
MUTATION_BY_GET = request_error("A mutation needs POST", "METHOD_NOT_ALLOWED")
WRONG_METHOD = request_error("Use GET or POST", "METHOD_NOT_ALLOWED")
INTROSPECTION = request_error("Sign in first.", "UNAUTHENTICATED")
