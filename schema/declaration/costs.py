"""Field costs for query cost analysis: the cost of an operation approximates the number of fields in its result.

A field costs 1 unless ``PRICES`` overrides it. The selection set of a connection is multiplied by the page size, that of
the lists of a form by the size of the organisation's largest form (``FormSizes``), and that of any other list by the
typical size in ``LIST_SIZES``. Lists in variables add to the cost, because every field
that takes such a variable validates all of its values.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias


class FormSizes(NamedTuple):
    """The sizes of an organisation's largest forms, which may be those of versions that only old trackers have."""

    fields: int = 0
    choices: int = 0
    """The choices of all fields of a form together."""


FormList: TypeAlias = Literal["fields", "choices"]
FORM_LISTS: Mapping[str, FormList] = MappingProxyType(
    {"FieldDefinition": "fields", "FieldValue": "fields", "ChoiceField.choices": "choices"}
)
"""The lists that are as long as an organisation's forms are, by element type or schema coordinate.

``LIST_SIZES`` has the least that each of them counts as.
"""


def form_list_size(name: FormList, least: int, sizes: FormSizes) -> int:
    """Return what a list counts as: all fields, or the choices of one field, if each has as many as any other."""
    if name == "fields":
        return max(least, sizes.fields)
    fields = max(LIST_SIZES["FieldDefinition"], sizes.fields)
    return max(least, -(-sizes.choices // fields))


CONNECTION_PRICE = 10
"""The cost of a connection, and of its ``totalCount``. Each needs a database query."""

ROW_PRICE = 11
"""The cost of each row of a connection, beside that of its fields: it is read, decoded and looked at."""
_CONNECTIONS = ("Comment", "Employer", "Learner", "Member", "Notification", "Programme", "Tracker", "TrackerEvent")

LISTED_VALUE_PRICE = 10
"""The cost of each list element in a variable, charged once for every field that takes the variable."""

SEARCH_WORD_PRICE = 200
"""The cost of each word of a search in names, or in a learner's trackers: the words are looked for in some thousand rows."""

SEARCH_WORD_PRICES = MappingProxyType({"Query.trackers": 10_000})
"""The same by schema coordinate. Words that are common each, but not together, are looked for in all trackers of the
organisation: ten took a second of PostgreSQL's CPU for the 100,000 trackers of the benchmark, as much as 200,000 units buy."""

SORT_KEY_PRICES = MappingProxyType({"Query.trackers": 20_000})
"""The cost of each field after the first that a list is ordered by. No index has several, so that all trackers are sorted: four
fields took 0.4 s for 100,000 trackers."""

PRICES = MappingProxyType(
    {f"{name}Connection.{rows}": ROW_PRICE for name in _CONNECTIONS for rows in ("edges", "nodes")}
    | {
        "Mutation": 50,
        "Mutation.signIn": 1_000,
        "Mutation.signInWithPasskey": 200,
        "Mutation.setPassword": 1_000,
        "Mutation.requestPasswordReset": 1_000,
        "Query.validateTracker": 50,
        "Query.validateTrackerUpdate": 50,
        "Query.nodes": 10,
        "Subscription": 50,
        "Tracker.proposedChanges": 10,
        "Viewer.sessions": 10,
    }
)
"""The costs of fields by schema coordinate, or by parent type for all fields of that type.

Writes are expensive, and password hashing is the most expensive operation.
"""

LIST_SIZES = MappingProxyType(
    {
        "AuditDetail": 4,
        "Choice": 8,
        "DateBound": 1,
        "ErrorParameter": 2,
        "Factor": 3,
        "FieldChange": 4,
        "FieldDefinition": 15,
        "FieldValue": 10,
        "File": 2,
        "InputError": 5,
        "LearningAim": 4,
        "MemberSession": 5,
        "Notification": 20,
        "ProcessAutomation": 10,
        "ProposedChange": 6,
        "TrackerType": 30,
        "Transition": 4,
        "__Schema.types": 120,
        "__Schema.directives": 6,
        "__Type": 2,
        "__Type.fields": 6,
        "__EnumValue": 4,
        "__InputValue": 2,
    }
)
"""The typical sizes of lists by element type, or by schema coordinate where a list differs from others of its type."""
