"""What the graph's fields weigh, as data: an operation's cost is about the number of fields in its answer.

Every field weighs 1, and more where PRICES says so. A page multiplies what is asked of its rows by its size.
A list that is no page is taken to have as many entries as SIZES says: usual ones, not the longest.
What is asked with long lists takes as long as they are, so these are paid for too.
"""

from types import MappingProxyType

PAGE_PRICE = 10
"""The price of a connection, and of its `totalCount`: each is a statement of the database's."""

LISTED_PRICE = 10
"""The price of each value in the variables' lists, in every field that takes a variable: there it is judged anew."""

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
"""By the field's coordinate, or by its parent's name for all fields of that: writing is dear, passwords dearest."""

SIZES = MappingProxyType(
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
"""By what a list has entries of; by its coordinate where that is another number."""
