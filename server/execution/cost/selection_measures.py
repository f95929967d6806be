"""The measures of a selection set, and a builder that adds them up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import DirectiveNode, ListValueNode, ObjectValueNode, ValueNode, VariableNode

from server.execution.cost.expression import ZERO_COST, Cost, RowCount, sum_costs


@dataclass(slots=True)
class Measures:
    """The measures of a selection set with all fragments expanded.

    ``row_cost`` is the cost per row of the connection that the set is selected on, whose page size is not known here.
    """

    selections: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    """The number of fields on the first level."""
    longest_list: int = 0
    fields_with_variables: int = 0
    """The number of fields with a variable in their arguments; each of them coerces the value separately."""
    cost: Cost = ZERO_COST
    row_cost: Cost = ZERO_COST


@dataclass(slots=True)
class MeasuresBuilder:
    """Adds up the measures of a selection set."""

    measures: Measures = field(default_factory=Measures)
    price: int = 0
    costs: list[tuple[RowCount, Cost]] = field(default_factory=list)
    row_price: int = 0
    row_costs: list[tuple[RowCount, Cost]] = field(default_factory=list)

    def add_nested(self, other: Measures, *, levels: int) -> None:
        """Add the measures, except the cost, of a selection set that is ``levels`` fields deeper."""
        measures = self.measures
        measures.selections += other.selections
        measures.depth = max(measures.depth, other.depth + levels)
        measures.aliases += other.aliases
        measures.directives += other.directives
        measures.longest_list = max(measures.longest_list, other.longest_list)
        measures.fields_with_variables += other.fields_with_variables

    def add_fragment(self, other: Measures) -> None:
        """Add the measures of a fragment as if its selections were written here."""
        self.add_nested(other, levels=0)
        self.measures.fields += other.fields
        self.costs.append((1, other.cost))
        self.row_costs.append((1, other.row_cost))

    def add_values(self, values: Iterable[ValueNode]) -> bool:
        """Take the lists among argument or default values into account; return whether any value is a variable."""
        has_variable = False
        for value in _walk_values(values):
            if isinstance(value, ListValueNode):
                self.measures.longest_list = max(self.measures.longest_list, len(value.values))
            has_variable |= isinstance(value, VariableNode)
        return has_variable

    def add_directives(self, directives: Iterable[DirectiveNode] | None) -> None:
        """Add the directives of a definition or selection."""
        for directive in directives or ():
            self.measures.directives += 1
            self.add_values(argument.value for argument in directive.arguments or ())

    def build(self) -> Measures:
        """Return the measures, including the costs."""
        self.measures.cost = sum_costs(self.price, self.costs)
        self.measures.row_cost = sum_costs(self.row_price, self.row_costs)
        return self.measures


def _walk_values(values: Iterable[ValueNode]) -> Iterator[ValueNode]:
    pending = [*values]
    while pending:
        value = pending.pop()
        yield value
        if isinstance(value, ListValueNode):
            pending.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            pending.extend(entry.value for entry in value.fields)
