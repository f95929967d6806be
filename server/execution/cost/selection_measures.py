"""What a selection set asks for, and the sum of that over its selections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import DirectiveNode, ListValueNode, ObjectValueNode, ValueNode, VariableNode

from server.execution.cost.expression import FREE, Cost, RowCount, sum_costs


@dataclass(slots=True)
class Measures:
    """What one selection set asks for, with every fragment spread out.

    ``row_cost`` is the cost of each row of the connection that the set is selected on: its size is not known here.
    """

    selections: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    """Those on the first level."""
    longest_list: int = 0
    fields_with_variables: int = 0
    """Those with a variable in their arguments: each field coerces and checks its value anew."""
    introspects: bool = False
    cost: Cost = FREE
    row_cost: Cost = FREE


@dataclass(slots=True)
class MeasuresBuilder:
    """Adds up the measures of a selection set."""

    measures: Measures = field(default_factory=Measures)
    price: int = 0
    costs: list[tuple[RowCount, Cost]] = field(default_factory=list)
    row_price: int = 0
    row_costs: list[tuple[RowCount, Cost]] = field(default_factory=list)

    def add_nested(self, other: Measures, *, levels: int) -> None:
        """Add a selection set that lies ``levels`` of fields deeper, all but its cost."""
        own = self.measures
        own.selections += other.selections
        own.depth = max(own.depth, other.depth + levels)
        own.aliases += other.aliases
        own.directives += other.directives
        own.longest_list = max(own.longest_list, other.longest_list)
        own.fields_with_variables += other.fields_with_variables
        own.introspects |= other.introspects

    def add_fragment(self, other: Measures) -> None:
        """Add the selections of a fragment as if they stood here."""
        self.add_nested(other, levels=0)
        self.measures.fields += other.fields
        self.costs.append((1, other.cost))
        self.row_costs.append((1, other.row_cost))

    def add_values(self, values: Iterable[ValueNode]) -> bool:
        """Add the lists in arguments or defaults; return whether there is a variable among the values."""
        has_variable = False
        for value in _with_nested(values):
            if isinstance(value, ListValueNode):
                self.measures.longest_list = max(self.measures.longest_list, len(value.values))
            has_variable |= isinstance(value, VariableNode)
        return has_variable

    def add_directives(self, directives: Iterable[DirectiveNode] | None) -> None:
        """Add the directives of a definition or a selection."""
        for directive in directives or ():
            self.measures.directives += 1
            self.add_values(argument.value for argument in directive.arguments or ())

    def build(self) -> Measures:
        """Return the measures with their costs."""
        self.measures.cost = sum_costs(self.price, self.costs)
        self.measures.row_cost = sum_costs(self.row_price, self.row_costs)
        return self.measures


def _with_nested(values: Iterable[ValueNode]) -> Iterator[ValueNode]:
    pending = [*values]
    while pending:
        value = pending.pop()
        yield value
        if isinstance(value, ListValueNode):
            pending.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            pending.extend(entry.value for entry in value.fields)
