"""The codes of top-level errors in a response: their meaning, HTTP status, and advice for clients.

The table is included in ``docs/errors.md``. The codes in a mutation's own ``errors`` field are the schema's
``ErrorCode``.
"""

from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """The ``code`` in the ``extensions`` of an error."""

    BAD_REQUEST = "BAD_REQUEST"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    CONTENT_TOO_LARGE = "CONTENT_TOO_LARGE"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    OPERATION_TIMEOUT = "OPERATION_TIMEOUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FACTOR_REQUIRED = "FACTOR_REQUIRED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    WRONG_KIND = "WRONG_KIND"
    REQUIRED = "REQUIRED"
    INSUFFICIENT_STORAGE = "INSUFFICIENT_STORAGE"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class Meaning(NamedTuple):
    """A row of the table; ``status`` is the HTTP status that accompanies the code."""

    status: str
    meaning: str
    advice: str


_DOCUMENT_STATUS = "422, or 200 in `application/json`"
_FIELD_STATUS = "294, or 200 in `application/json`, from a field"
_SYNTAX_STATUS = "400, or 200 in `application/json`"
_UPLOAD_STATUS = "422 from `POST /files`"
_TOO_MANY_STATUS = "429, with `Retry-After`"

MEANINGS = {
    Code.BAD_REQUEST: Meaning(
        "400; 422 in `application/graphql-response+json` for JSON that is not a GraphQL request",
        "The body or the URL's parameters are not a GraphQL request, the bytes are not HTTP, or a page of another origin "
        "wants to send a method or header that it may not.",
        "Fix the client: the message says what is wrong.",
    ),
    Code.NOT_ACCEPTABLE: Meaning(
        "406",
        "`Accept` allows none of the media types that the server can send.",
        "Allow `application/json`; for a subscription, name `text/event-stream`.",
    ),
    Code.METHOD_NOT_ALLOWED: Meaning(
        "405", "This URL does not take the method, or a mutation was sent by `GET`.", "Use a method of `Allow`."
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning(
        "415",
        "The body is not JSON in UTF-8, or it is compressed; for an upload: the field does not take this type of file.",
        "Send what the message says.",
    ),
    Code.CONTENT_TOO_LARGE: Meaning(
        "413; 414 for a URL, 431 for headers",
        "The body, the file, the URL or the headers are too long.",
        "Send less: the message has the limit.",
    ),
    Code.REQUEST_TIMEOUT: Meaning(
        "408", "The headers, a body or an upload stalled or took too long.", "Send it again."
    ),
    Code.PERSISTED_QUERY_NOT_SUPPORTED: Meaning(
        _DOCUMENT_STATUS,
        "The request has only the hash of a document, in `extensions.persistedQuery`; the server keeps no documents.",
        "Send the document in `query`, as Apollo's link does by itself.",
    ),
    Code.GRAPHQL_PARSE_FAILED: Meaning(
        _SYNTAX_STATUS, "The document has a syntax error.", "Fix it at `locations`, which only members get."
    ),
    Code.GRAPHQL_VALIDATION_FAILED: Meaning(
        _DOCUMENT_STATUS,
        "The document is not valid for the schema; without a session, also: the variables are not, or a limit is exceeded.",
        "Fix it at `locations`, which only members get; check the client's documents against the SDL.",
    ),
    Code.OPERATION_RESOLUTION_FAILURE: Meaning(
        _DOCUMENT_STATUS, "`operationName` does not select one of the document's operations.", "Name one."
    ),
    Code.BAD_USER_INPUT: Meaning(
        f"{_DOCUMENT_STATUS}; {_FIELD_STATUS}",
        "A value is not of its type, or not valid; `path` leads to it from the argument or the variable.",
        "Show the message beside that input.",
    ),
    Code.LIMIT_EXCEEDED: Meaning(
        _DOCUMENT_STATUS,
        "The document, its variables or the answer exceed a limit: `limit` is its name, `asked` and `allowed` are the "
        "figures. If it is `answerBytes`, a mutation has been executed nevertheless.",
        "Request less at once: smaller pages, fewer fields, several requests.",
    ),
    Code.RATE_LIMITED: Meaning(
        _TOO_MANY_STATUS,
        "The member, or the network of a client that is not signed in, has sent or requested too much; for uploads: in a "
        "day.",
        "Wait for `retryAfter` seconds, then repeat the request.",
    ),
    Code.TOO_MANY_OPERATIONS: Meaning(
        _TOO_MANY_STATUS,
        "The member, the address or the connection has too many operations running.",
        "Wait until one of them ends, then repeat the request.",
    ),
    Code.OPERATION_TIMEOUT: Meaning(
        "504",
        "The operation took too long and was stopped. A mutation may have been done or not.",
        "Repeat a query; subscribe again after the last event. Before repeating a mutation look at the data, or repeat it"
        " with the same `idempotencyKey`.",
    ),
    Code.UNAUTHENTICATED: Meaning(
        "401 from `/files`; 401, or 200 in `application/json`, from `/graphql`; beside `viewer: null` 294, or 200 in "
        "`application/json`",
        "The client is not signed in, or its session has ended, and what it sent is not open without one or is too large.",
        "Call `refreshSession` or sign in, then repeat the request.",
    ),
    Code.FACTOR_REQUIRED: Meaning(
        f"{_FIELD_STATUS}; 403 from `/files`",
        "The member's organisation demands a second factor, and none was proved in this session.",
        "Lead the member to add one: `beginTotp` and `addTotp`, or `beginPasskey` and `addPasskey`. Then repeat the request.",
    ),
    Code.FORBIDDEN: Meaning(
        f"{_FIELD_STATUS}; 422 from `POST /files`; 403 from `GET /files`, or for a page of another origin",
        "The member lacks a role; for a file: its URL has expired; for a page: its origin is not allowed.",
        "Hide what the member may not do; query the file's `url` again; ask the operator to allow the page's origin.",
    ),
    Code.NOT_FOUND: Meaning("404", "There is no such file or URL.", "Query the file's `url` again."),
    Code.UNKNOWN_TYPE: Meaning(
        _UPLOAD_STATUS, "There is no such tracker type to upload for.", "Query `trackerTypes` again."
    ),
    Code.UNKNOWN_FIELD: Meaning(
        _UPLOAD_STATUS, "The tracker type has no such field.", "Query the type's `fields` again."
    ),
    Code.WRONG_KIND: Meaning(_UPLOAD_STATUS, "The field does not take files.", "Upload for FILE fields only."),
    Code.REQUIRED: Meaning(_UPLOAD_STATUS, "The uploaded file is empty.", "Show the message beside the field."),
    Code.INSUFFICIENT_STORAGE: Meaning(
        "507 from `POST /files`",
        "The server's disk, or its bucket's quota, has no room for the file.",
        "Keep the file and upload it later; tell the operator.",
    ),
    Code.SERVICE_UNAVAILABLE: Meaning(
        "503, with `Retry-After`; from a field 294, or in `application/json` 200 beside other data",
        "The database is not available at the moment.",
        "Repeat the request after `retryAfter` seconds.",
    ),
    Code.INTERNAL_SERVER_ERROR: Meaning(
        f"{_FIELD_STATUS}; 500 otherwise",
        "An unexpected error. The response has nothing of it but `requestId`, which identifies it in the server's log.",
        "Repeat a query once; give the id to the operator.",
    ),
}


def markdown_table() -> str:
    """Return the table that ``docs/errors.md`` must contain."""
    rows = (f"| `{code}` | {row.status} | {row.meaning} | {row.advice} |" for code, row in MEANINGS.items())
    return "\n".join(["| code | HTTP status | meaning | what to do |", "|---|---|---|---|", *rows])
