"""Every code of an error at the top level of an answer: what it means, its HTTP status, what a client should do.

`docs/reference/errors.md` is this table. The codes of a mutation's own `errors` are the schema's `ErrorCode`.
"""

from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """The code in an error's `extensions`."""

    BAD_REQUEST = "BAD_REQUEST"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    CONTENT_TOO_LARGE = "CONTENT_TOO_LARGE"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS"
    OPERATION_TIMEOUT = "OPERATION_TIMEOUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    WRONG_KIND = "WRONG_KIND"
    REQUIRED = "REQUIRED"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class Meaning(NamedTuple):
    """One row of the table: `status` is what HTTP says with it."""

    status: str
    meaning: str
    advice: str


DOCUMENT = "400, or 200 in `application/json`"
EXECUTED = "200"
UPLOAD = "422 from `POST /files`"

MEANINGS = {
    Code.BAD_REQUEST: Meaning(
        "400",
        "The body or the address's parameters are no GraphQL request, or what came is no HTTP.",
        "Mend the client: the message says where.",
    ),
    Code.NOT_ACCEPTABLE: Meaning(
        "406",
        "`Accept` allows nothing that is answered here.",
        "Allow `application/json`; name `text/event-stream` for a subscription.",
    ),
    Code.METHOD_NOT_ALLOWED: Meaning(
        "405", "The method is not one of this address, or a mutation came by `GET`.", "Use one of the header `Allow`."
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning(
        "415",
        "The body is not JSON in UTF-8, or it is compressed; of an upload: not a kind that the field takes.",
        "Send what the message names.",
    ),
    Code.CONTENT_TOO_LARGE: Meaning(
        "413; 431 for headers", "The body, the file or the headers are too long.", "Send less; the limit is told."
    ),
    Code.REQUEST_TIMEOUT: Meaning("408", "A body or an upload stood still or took too long.", "Send it again."),
    Code.GRAPHQL_PARSE_FAILED: Meaning(DOCUMENT, "The document is not GraphQL.", "Mend it at `locations`."),
    Code.GRAPHQL_VALIDATION_FAILED: Meaning(
        DOCUMENT, "The document does not fit the schema.", "Mend it at `locations`; build clients against the SDL."
    ),
    Code.OPERATION_RESOLUTION_FAILURE: Meaning(
        DOCUMENT, "`operationName` does not choose one of the document's operations.", "Name one."
    ),
    Code.BAD_USER_INPUT: Meaning(
        f"{DOCUMENT}; {EXECUTED} from a field",
        "A value is not of its type or makes no sense; `path` leads to it from the argument or the variable.",
        "Show it beside that input.",
    ),
    Code.LIMIT_EXCEEDED: Meaning(
        DOCUMENT,
        "The document or its variables ask too much: `limit` names what, `asked` and `allowed` have the figures.",
        "Ask for less at once: smaller pages, fewer fields, several requests.",
    ),
    Code.RATE_LIMITED: Meaning(
        "429, with `Retry-After`",
        "The member, or the address of somebody signed out, has asked too much lately; of uploads: in a day.",
        "Wait for `retryAfter` seconds, then repeat it.",
    ),
    Code.TOO_MANY_OPERATIONS: Meaning(
        "429, with `Retry-After`",
        "Too many operations are under way at a time: the member's, the address's or the connection's.",
        "Wait until one of them ends, then repeat it.",
    ),
    Code.OPERATION_TIMEOUT: Meaning(
        "504",
        "The operation took too long and was stopped. Of a mutation it is not known whether it was done.",
        "Repeat a query. Look before a mutation is repeated, or repeat it with the same `idempotencyKey`.",
    ),
    Code.UNAUTHENTICATED: Meaning(
        f"{EXECUTED} from a field; 401 from `/files`; {DOCUMENT} for introspection",
        "Nobody is signed in, or the sign-in has ended.",
        "Call `refreshSession` or sign in, then repeat it.",
    ),
    Code.FORBIDDEN: Meaning(
        f"{EXECUTED}; 422 from `POST /files`, 403 from `GET /files`",
        "The member lacks a role; of a file's address: it has expired.",
        "Hide what is not theirs; ask for the file's `url` again.",
    ),
    Code.NOT_FOUND: Meaning("404", "There is no such file or address.", "Ask for the file's `url` again."),
    Code.UNKNOWN_TYPE: Meaning(UPLOAD, "An upload is for no tracker type.", "Ask for `trackerTypes` again."),
    Code.UNKNOWN_FIELD: Meaning(UPLOAD, "An upload is for no field of the type.", "Ask for the type's `fields` again."),
    Code.WRONG_KIND: Meaning(UPLOAD, "An upload is for a field that takes no files.", "Upload for FILE fields alone."),
    Code.REQUIRED: Meaning(UPLOAD, "The uploaded file is empty.", "Say so beside the field."),
    Code.SERVICE_UNAVAILABLE: Meaning(
        "503, with `Retry-After`", "The database is away for the moment.", "Repeat it after `retryAfter` seconds."
    ),
    Code.INTERNAL_SERVER_ERROR: Meaning(
        f"{EXECUTED} from a field; 500 else",
        "Something unexpected. Nothing of it is told but `requestId`, which names it in the log.",
        "Repeat a query once; tell the operator the id.",
    ),
}


def table() -> str:
    """The table as `docs/reference/errors.md` has it."""
    rows = (f"| `{code}` | {row.status} | {row.meaning} | {row.advice} |" for code, row in MEANINGS.items())
    return "\n".join(["| code | HTTP status | meaning | what to do |", "|---|---|---|---|", *rows])
