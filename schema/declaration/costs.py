"""Field costs for query cost analysis: the cost of an operation approximates the number of fields in its result.

A field costs 1 unless ``PRICES`` overrides it. The selection set of a connection is multiplied by the page size, and
that of any other list by the typical size in ``LIST_SIZES``. Lists in variables add to the cost, because every field
that takes such a variable validates all of its values.
"""

from types import MappingProxyType

CONNECTION_PRICE = 10
"""The cost of a connection, and of its ``totalCount``. Each needs a database query."""

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
    {
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
