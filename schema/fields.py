"""How a field with a resolver is written: the class says the type in the graph, the resolver says the row."""

from collections.abc import Callable
from typing import Any

import strawberry


def edge(resolver: Callable[..., Any], description: str) -> Any:
    """A field that a function answers.

    Its type in the graph is the annotation in the class; that of the function says what rows it gives, whose type
    in the graph is a whitelist over them and no copy.
    """
    return strawberry.field(resolver=resolver, description=description)
