"""The cost of an operation: a number, or a function of its variables that is built once per document."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from schema.declaration.costs import FormSizes

RowCount: TypeAlias = int | Callable[[Mapping[str, Any], FormSizes], int]
"""A number of rows, or a function that computes it from the coerced variables and the sizes of forms."""
NO_FORMS = FormSizes()


@dataclass(frozen=True, slots=True)
class Cost:
    """A fixed cost, plus parts that are each multiplied by a number of rows.

    A part is shared, not copied, wherever its fragment is spread, so a cost takes memory linear in the document's
    length.
    """

    fixed: int = 0
    parts: tuple[tuple[RowCount, "Cost"], ...] = ()

    def evaluate(self, variables: Mapping[str, Any], sizes: FormSizes = NO_FORMS) -> int:
        """Return the cost for the coerced variables, and for an organisation with forms of these sizes.

        This takes time linear in the number of selections after expanding fragments, so check the limit on selections
        first.
        """
        total = self.fixed
        for rows, part in self.parts:
            total += (rows if isinstance(rows, int) else rows(variables, sizes)) * part.evaluate(variables, sizes)
        return total


ZERO_COST = Cost()


def sum_costs(fixed: int, parts: Iterable[tuple[RowCount, Cost]]) -> Cost:
    """Return the sum of a fixed cost and parts, adding the parts that depend on no variable to the fixed cost."""
    variable_parts = []
    for rows, part in parts:
        if isinstance(rows, int) and not part.parts:
            fixed += rows * part.fixed
        elif rows != 0:
            variable_parts.append((rows, part))
    return Cost(fixed, tuple(variable_parts))
