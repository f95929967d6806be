"""GraphQL type for programmes."""

from typing import Any

import strawberry

import models
from schema.relay import Node


@strawberry.type(description="A programme of the provider.")
class Programme(Node):
    """GraphQL type for a programme."""

    name: str = strawberry.field(description="Its name.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a ``models.Programme``."""
        return isinstance(value, models.Programme)
