"""The errors that a client without a session gets: each is a fixed sentence, whatever the schema has."""

from typing import Any, Final

from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError, request_error

SIGN_IN_FIRST: Final = "Sign in first."
INCORRECT: Final = (
    "The request is not correct. Without a session the server does not say why: compare the document and its variables "
    "with the schema."
)


def sign_in_first() -> GraphQLRequestError:
    """Return the error for what needs a session, and for what is too large without one."""
    return request_error(SIGN_IN_FIRST, Code.UNAUTHENTICATED)


def incorrect_request(code: Code = Code.GRAPHQL_VALIDATION_FAILED) -> GraphQLRequestError:
    """Return the error for any document or variables that are not correct."""
    return request_error(INCORRECT, code)


def without_reasons(result: dict[str, Any]) -> dict[str, Any]:
    """Return the result of an execution without what its errors say about values, which names types of the schema."""
    errors = result.get("errors", ())
    if not any(_is_about_a_value(error) for error in errors):
        return result
    hidden = [{**error, **_HIDDEN} if _is_about_a_value(error) else error for error in errors]
    return {**result, "errors": hidden}


_HIDDEN: Final = {"message": INCORRECT, "extensions": {"code": Code.BAD_USER_INPUT.value}}


def _is_about_a_value(error: dict[str, Any]) -> bool:
    return bool(error.get("extensions", {}).get("code") == Code.BAD_USER_INPUT)
