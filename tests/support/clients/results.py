"""The results of requests that the test of every client sends."""

from typing import Any

MISSING_VALUES = {
    "__typename": "CreateTrackerPayload",
    "errors": [
        {"__typename": "InputError", "path": ["values", key], "code": "REQUIRED", "message": f"{label} is required."}
        for key, label in (("documentKind", "Document"), ("issue", "What is wrong"))
    ],
}
"""The result of ``createTracker`` for a Compliance tracker without values; everything else that is selected is null."""

BAD_CURSOR = {
    "message": "after is no cursor of this list.",
    "path": ["trackers"],
    "extensions": {"code": "BAD_USER_INPUT", "path": ["after"]},
}
"""The error of ``trackers`` after an invalid cursor."""

UNKNOWN_FIELD = {
    "message": "Cannot query field 'nope' on type 'TrackerConnection'. Did you mean 'nodes'?",
    "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
}
"""The error of a field that the list does not have."""


def without_locations(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the errors without line and column, which depend on how a client prints the document."""
    return [{name: value for name, value in error.items() if name != "locations"} for error in errors]


def without_typenames(result: Any) -> Any:
    """Return the result without ``__typename``, which some clients add to every selection."""
    if isinstance(result, list):
        return [without_typenames(item) for item in result]
    if isinstance(result, dict):
        return {name: without_typenames(value) for name, value in result.items() if name != "__typename"}
    return result
