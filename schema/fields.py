"""A helper for fields that are resolved by a function."""

from collections.abc import Callable
from typing import Any

import strawberry


def resolved_field(resolver: Callable[..., Any], description: str) -> Any:
    """Return a strawberry field with a resolver.

    The class annotation declares the GraphQL type of the field. The resolver's return annotation is the Python type of
    the row that it returns, whose attributes the GraphQL type exposes.
    """
    return strawberry.field(resolver=resolver, description=description)
