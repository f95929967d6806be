"""Assembly of the schema from the root types, and its SDL."""

from graphql.utilities.print_schema import print_schema_definition
from strawberry.schema.config import StrawberryConfig

from resolvers.mutation import Mutation
from resolvers.query import Query
from resolvers.subscription import Subscription
from schema.declaration.base import Schema
from schema.declaration.scalars import SCALARS
from schema.field_definition import FIELD_TYPES
from schema.field_value import VALUE_TYPES
from schema.learner import LearningAim
from schema.organisation import Organisation, ProcessAutomation
from schema.tracker import TrackerEvent

_DESCRIPTION = """
Trackers are the cases that the staff of a training provider open about a learner and give to a colleague.

1. `signIn` gives an access token, to be sent as `Authorization: Bearer …`; `refreshSession` renews it.
2. `trackerTypes` describes the form of each type of tracker: its fields, what they take, and when they are shown.
3. `createTracker` and `updateTracker` answer every problem of an entry at once, each with the path of its field.
   `validateTracker` and `validateTrackerUpdate` answer the same and write nothing.
4. `trackers` lists what you may see, with filters, search, orders and cursors; `tracker` and `node` read one.
5. `notificationReceived` pushes what concerns you, in order and without a gap, when its last cursor is passed as `after`.
"""


def make_schema() -> Schema:
    """Build the executable schema."""
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        description=_DESCRIPTION.strip(),
        types=[*FIELD_TYPES, *VALUE_TYPES, LearningAim, TrackerEvent, Organisation, ProcessAutomation],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def sdl() -> str:
    """Print the schema in the schema definition language (SDL), in the form committed as ``schema/schema.graphql``."""
    schema = make_schema()
    # strawberry prints no schema definition, and so no description of the schema.
    definition = print_schema_definition(schema.graphql_schema)
    # @oneOf is a built-in directive; client tools fail if the SDL defines it again.
    types = schema.as_str().replace("directive @oneOf on INPUT_OBJECT\n\n", "").rstrip()
    return f"{definition}\n\n{types}\n"
