"""Assembly of the schema from the root types, and its SDL."""

from strawberry.schema.config import StrawberryConfig

from resolvers.mutation import Mutation
from resolvers.query import Query
from resolvers.subscription import Subscription
from schema.base import Schema
from schema.field_definition import FIELD_TYPES
from schema.field_value import VALUE_TYPES
from schema.learner import LearningAim
from schema.organisation import Organisation, ProcessAutomation
from schema.scalars import SCALARS
from schema.tracker import TrackerEvent


def make_schema() -> Schema:
    """Build the executable schema."""
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*FIELD_TYPES, *VALUE_TYPES, LearningAim, TrackerEvent, Organisation, ProcessAutomation],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def sdl() -> str:
    """Print the schema in the schema definition language (SDL), in the form committed as ``schema/schema.graphql``."""
    # @oneOf is a built-in directive; client tools fail if the SDL defines it again.
    return make_schema().as_str().replace("directive @oneOf on INPUT_OBJECT\n\n", "").rstrip() + "\n"
