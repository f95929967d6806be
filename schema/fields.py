"""Fields with a resolver: the class annotates the type in the graph, the resolver the row."""

from collections.abc import Callable
from typing import Any

import strawberry


def edge(resolver: Callable[..., Any], description: str) -> Any:
    """Return a field that a function resolves.

    The annotation in the class is the field's type in the graph. The annotation of the function is the row that it
    returns: a type in the graph whitelists the attributes of a row, and copies none.
    """
    return strawberry.field(resolver=resolver, description=description)
