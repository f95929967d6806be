"""What a walk over rows leaves to be filled in: gaps in dictionaries, and the rest of long lists."""

from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any

from server.execution.compiled.encoded import EncodedField


class Deferred:
    """A gap in a dictionary that is filled when an awaitable has been awaited and its value completed.

    If it has an ``encoding``, the value is completed and encoded for that field and this key, in turns.
    """

    __slots__ = ("awaitable", "complete", "container", "encoding", "key", "previous")

    def __init__(
        self, awaitable: Awaitable[Any], key: str, complete: Callable[[Any, Any], Any], previous: "Deferred | None"
    ) -> None:
        self.awaitable = awaitable
        self.key = key
        self.complete = complete
        self.previous = previous
        self.container: dict[str, Any] | None = None
        self.encoding: tuple[EncodedField, Hashable] | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """A list that is completed in turns: items of ``weight`` units each, and where their outputs go."""

    outputs: list[Any]
    items: Collection[Any]
    complete: Callable[[Any, Any], Any]
    weight: int


def attach(last: Deferred | None, container: dict[str, Any]) -> None:
    """Say which dictionary the gaps are in, for a gap and those before it of the same object."""
    while last is not None:
        last.container = container
        last = last.previous
