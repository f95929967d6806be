"""The prices of the schema's fields: an operation costs about as much as its result has fields.

Every field costs 1, or what ``PRICES`` says. What is selected on the rows of a connection counts for each row of the
page. Any other list counts as ``LIST_SIZES`` says: with a usual number of entries, not the largest. Long lists in the
variables cost, too, because each field that takes them checks all their values.
"""

from types import MappingProxyType

CONNECTION_PRICE = 10
"""The price of a connection, and of its ``totalCount``: each needs a database statement."""

LISTED_VALUE_PRICE = 10
"""The price of each value in lists of the variables, for every field that takes a variable and so checks it."""

PRICES = MappingProxyType(
    {
        "Mutation": 50,
        "Mutation.signIn": 1_000,
        "Mutation.setPassword": 1_000,
        "Mutation.requestPasswordReset": 1_000,
        "Query.validateTracker": 50,
        "Query.validateTrackerUpdate": 50,
        "Query.nodes": 10,
        "Subscription": 50,
        "Tracker.proposedChanges": 10,
    }
)
"""By the field's coordinate, or by its type for all fields of that. Writing is expensive, hashing passwords most."""

LIST_SIZES = MappingProxyType(
    {
        "Choice": 8,
        "DateBound": 1,
        "ErrorParameter": 2,
        "FieldChange": 4,
        "FieldDefinition": 15,
        "FieldValue": 10,
        "File": 2,
        "InputError": 5,
        "LearningAim": 4,
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
"""By the type of the entries; by the coordinate of the list where that differs."""
