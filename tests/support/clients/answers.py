"""What the API says to requests that every client tries."""

from typing import Any

NOT_FILLED = {
    "__typename": "CreateTrackerPayload",
    "errors": [
        {"__typename": "InputError", "path": ["values", key], "code": "REQUIRED", "message": f"{label} is required."}
        for key, label in (("documentKind", "Document"), ("issue", "What is wrong"))
    ],
}
"""createTracker, for a Compliance tracker without values; what else is asked for is null."""

BAD_CURSOR = {
    "message": "after is no cursor of this list.",
    "path": ["trackers"],
    "extensions": {"code": "BAD_USER_INPUT", "path": ["after"]},
}
"""`trackers` after a cursor that is rubbish."""

NO_SUCH_FIELD = {
    "message": "Cannot query field 'nope' on type 'TrackerConnection'. Did you mean 'nodes'?",
    "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
}
"""A field of the list that there is not."""


def placeless(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The errors without their lines and columns: clients print a document anew."""
    return [{name: value for name, value in error.items() if name != "locations"} for error in errors]


def bare(answer: Any) -> Any:
    """The answer without the type names that some clients ask for of their own accord."""
    if isinstance(answer, list):
        return [bare(one) for one in answer]
    if isinstance(answer, dict):
        return {name: bare(value) for name, value in answer.items() if name != "__typename"}
    return answer
