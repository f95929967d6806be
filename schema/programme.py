"""Programmes."""

from typing import Any

import strawberry

import models
from schema.relay import Node


@strawberry.type(description="A programme of the provider.")
class Programme(Node):
    """The whitelist over a programme's row."""

    name: str = strawberry.field(description="Its name.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether a row is a programme's."""
        return isinstance(value, models.Programme)
