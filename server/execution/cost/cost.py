"""What an operation costs: a number, or a function of its variables that is made once for a document."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Size: TypeAlias = int | Callable[[Mapping[str, Any]], int]
"""How many rows: known from the document, or only from the coerced variables."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`fixed`, and each part as many times as its size says.

    A part is shared, never copied, wherever its fragment is spread: a cost is as long as the document's text.
    """

    fixed: int = 0
    parts: tuple[tuple[Size, "Cost"], ...] = ()

    def of(self, variables: Mapping[str, Any]) -> int:
        """The number, given the coerced variables.

        Takes as many steps as the document has selections with its fragments spread out: limit those before.
        """
        total = self.fixed
        for size, part in self.parts:
            total += (size if isinstance(size, int) else size(variables)) * part.of(variables)
        return total


FREE = Cost()


def cost_of(fixed: int, parts: Iterable[tuple[Size, Cost]]) -> Cost:
    """The sum of all, as a plain number as far as no variable says otherwise."""
    open_parts = []
    for size, part in parts:
        if isinstance(size, int) and not part.parts:
            fixed += size * part.fixed
        elif size != 0:
            open_parts.append((size, part))
    return Cost(fixed, tuple(open_parts))
