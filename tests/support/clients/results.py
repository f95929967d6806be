"""The expected results of requests that the tests of several clients send."""

from typing import Any

MISSING_VALUES = {
    "__typename": "CreateTrackerPayload",
    "errors": [
        {"__typename": "InputError", "path": ["values", key], "code": "REQUIRED", "message": f"'{label}' is required."}
        for key, label in (("documentKind", "Document"), ("issue", "What is wrong"))
    ],
}
"""The errors of ``createTracker`` for a Compliance tracker without values; all other selected fields are null."""

BAD_CURSOR = {
    "message": "'after' is not a cursor of this list in this order.",
    "path": ["trackers"],
    "extensions": {"code": "BAD_USER_INPUT", "path": ["after"]},
}
"""The error of ``trackers`` if its cursor is invalid."""

UNKNOWN_FIELD = {
    "message": "Cannot query field 'nope' on type 'TrackerConnection'. Did you mean 'nodes'?",
    "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
}
"""The error if an unknown field of ``trackers`` is selected."""


def without_locations(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return errors without their locations, which depend on how a client prints the document."""
    return [{name: value for name, value in error.items() if name != "locations"} for error in errors]


def without_typenames(result: Any) -> Any:
    """Return a result without ``__typename``, which some clients add to every selection set."""
    if isinstance(result, list):
        return [without_typenames(item) for item in result]
    if isinstance(result, dict):
        return {name: without_typenames(value) for name, value in result.items() if name != "__typename"}
    return result
