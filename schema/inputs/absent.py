"""Fields that the client left out of an input."""

from collections.abc import Callable
from typing import Any

import strawberry

from services.kernel.absent import ABSENT


def absent_if_unset(value: Any, decode: Callable[[Any], Any] = lambda value: value) -> Any:
    """Return ABSENT for a field that was left out, None for null, else what ``decode`` makes of the value."""
    if value is strawberry.UNSET:
        return ABSENT
    return None if value is None else decode(value)
