"""The cost of an operation: a number, or a function of its variables that is made once for a document."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

RowCount: TypeAlias = int | Callable[[Mapping[str, Any]], int]
"""A number of rows: known from the document, or only from the coerced variables."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A fixed cost, and parts of which each counts once for each of its rows.

    A part is shared, never copied, wherever its fragment is spread: a cost is as long as the document's text.
    """

    fixed: int = 0
    parts: tuple[tuple[RowCount, "Cost"], ...] = ()

    def evaluate(self, variables: Mapping[str, Any]) -> int:
        """Return the cost for these coerced variables.

        Takes as many steps as the document has selections with its fragments spread out: check their limit before.
        """
        total = self.fixed
        for rows, part in self.parts:
            total += (rows if isinstance(rows, int) else rows(variables)) * part.evaluate(variables)
        return total


FREE = Cost()


def sum_costs(fixed: int, parts: Iterable[tuple[RowCount, Cost]]) -> Cost:
    """Return the sum of all parts; those that depend on no variable are added to the fixed cost."""
    variable_parts = []
    for rows, part in parts:
        if isinstance(rows, int) and not part.parts:
            fixed += rows * part.fixed
        elif rows != 0:
            variable_parts.append((rows, part))
    return Cost(fixed, tuple(variable_parts))
