"""Programmes."""

from typing import Any

import strawberry

import models
from schema.relay import Node


@strawberry.type(description="A programme of the provider.")
class Programme(Node):
    """The fields of a programme that the API shows."""

    name: str = strawberry.field(description="Its name.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the row of a programme."""
        return isinstance(value, models.Programme)
