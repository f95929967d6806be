"""What a selection set holds, and how that is added up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import DirectiveNode, ListValueNode, ObjectValueNode, ValueNode, VariableNode

from server.execution.cost.cost import FREE, Cost, Size, cost_of


@dataclass(slots=True)
class Measures:
    """What one selection set holds, with every fragment spread out.

    `row_cost` is what each row of the connection around it costs, for whose size the set does not know.
    """

    selections: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    """On its first level."""
    longest_list: int = 0
    given: int = 0
    """Its fields that take a variable: each reads and judges what is in it anew."""
    introspects: bool = False
    cost: Cost = FREE
    row_cost: Cost = FREE


@dataclass(slots=True)
class Sum:
    """A selection set's measures while they are added up."""

    measures: Measures = field(default_factory=Measures)
    weight: int = 0
    costs: list[tuple[Size, Cost]] = field(default_factory=list)
    row_weight: int = 0
    row_costs: list[tuple[Size, Cost]] = field(default_factory=list)

    def add(self, other: Measures, *, levels: int = 0) -> None:
        """Take in what lies `levels` of fields deeper; its cost is the caller's."""
        own = self.measures
        own.selections += other.selections
        own.depth = max(own.depth, other.depth + levels)
        own.aliases += other.aliases
        own.directives += other.directives
        own.longest_list = max(own.longest_list, other.longest_list)
        own.given += other.given
        own.introspects |= other.introspects

    def spread(self, other: Measures) -> None:
        """Take in the fields of a fragment as one's own."""
        self.add(other)
        self.measures.fields += other.fields
        self.costs.append((1, other.cost))
        self.row_costs.append((1, other.row_cost))

    def hold(self, values: Iterable[ValueNode]) -> bool:
        """Take in arguments or defaults, for the lists in them; whether a variable is among them."""
        given = False
        for one in _within(values):
            if isinstance(one, ListValueNode):
                self.measures.longest_list = max(self.measures.longest_list, len(one.values))
            given |= isinstance(one, VariableNode)
        return given

    def direct(self, directives: Iterable[DirectiveNode] | None) -> None:
        """Take in what a definition or a selection is marked with."""
        for directive in directives or ():
            self.measures.directives += 1
            self.hold(argument.value for argument in directive.arguments or ())

    def whole(self) -> Measures:
        """The sum."""
        self.measures.cost = cost_of(self.weight, self.costs)
        self.measures.row_cost = cost_of(self.row_weight, self.row_costs)
        return self.measures


def _within(values: Iterable[ValueNode]) -> Iterator[ValueNode]:
    waiting = [*values]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, ListValueNode):
            waiting.extend(one.values)
        elif isinstance(one, ObjectValueNode):
            waiting.extend(entry.value for entry in one.fields)
