"""Conversion of input fields that the client omitted."""

from collections.abc import Callable
from typing import Any

import strawberry

from services.kernel.absent import ABSENT


def absent_if_unset(value: Any, decode: Callable[[Any], Any] = lambda value: value) -> Any:
    """Return ``ABSENT`` if the field was omitted, None if it is null, and ``decode(value)`` otherwise."""
    if value is strawberry.UNSET:
        return ABSENT
    return None if value is None else decode(value)
