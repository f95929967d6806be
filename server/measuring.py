"""How much a document asks for, found in one pass that is linear to its text, whatever its fragments multiply to.

Every selection is visited once: what a fragment holds is measured once and added wherever it is spread.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

from server.cost import FREE, Cost, Size, cost_of
from server.pricing import META_FIELDS, Price, Pricing
from server.row_counts import named_rows, page_rows

__all__ = ["Measures", "Measuring"]


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
    introspects: bool = False
    cost: Cost = FREE
    row_cost: Cost = FREE


@dataclass(slots=True)
class _Sum:
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
        own.introspects |= other.introspects

    def spread(self, other: Measures) -> None:
        """Take in the fields of a fragment as one's own."""
        self.add(other)
        self.measures.fields += other.fields
        self.costs.append((1, other.cost))
        self.row_costs.append((1, other.row_cost))

    def whole(self) -> Measures:
        """The sum."""
        self.measures.cost = cost_of(self.weight, self.costs)
        self.measures.row_cost = cost_of(self.row_weight, self.row_costs)
        return self.measures


class Measuring:
    """Measures one parsed document, valid or not. Raises RecursionError for fragments that are nested too deeply."""

    def __init__(self, document: DocumentNode, pricing: Pricing) -> None:
        self._pricing = pricing
        definitions = document.definitions
        self._fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        self._measured: dict[str, Measures | None] = {}
        self.visited = 0
        """How many selections have been looked at."""
        self.cyclic = False
        """Whether a fragment spreads itself: then nothing else counts."""
        self.operations = [
            (node, self._operation(node)) for node in definitions if isinstance(node, OperationDefinitionNode)
        ]
        """Each operation with its measures."""
        self.selections = sum(measures.selections for _, measures in self.operations)
        for name in self._fragments:
            if name not in self._measured:
                self.selections += self._fragment(name).selections
        """Those of all operations, and of the fragments that none reaches: validation reads those too."""

    def _operation(self, node: OperationDefinitionNode) -> Measures:
        total = _Sum()
        total.spread(self._selection_set(node.selection_set, self._pricing.root(node.operation)))
        defaults = (variable.default_value for variable in node.variable_definitions or ())
        total.measures.longest_list = max(total.measures.longest_list, _longest(filter(None, defaults)))
        self._direct(total, node.directives)
        return total.whole()

    def _selection_set(self, node: SelectionSetNode, parent: str) -> Measures:
        total = _Sum()
        for selection in node.selections:
            self.visited += 1
            total.measures.selections += 1
            self._direct(total, selection.directives)
            if isinstance(selection, FieldNode):
                self._field(total, selection, self._pricing.of(parent, selection.name.value))
            elif isinstance(selection, FragmentSpreadNode):
                total.spread(self._fragment(selection.name.value))
            elif isinstance(selection, InlineFragmentNode):
                on = selection.type_condition
                total.spread(self._selection_set(selection.selection_set, on.name.value if on else parent))
        return total.whole()

    def _fragment(self, name: str) -> Measures:
        if name not in self._fragments:
            return Measures()
        if name not in self._measured:
            self._measured[name] = None  # being measured: met again, it is a cycle
            node = self._fragments[name]
            measures = self._selection_set(node.selection_set, node.type_condition.name.value)
            measures.directives += len(node.directives or ())
            self._measured[name] = measures
        found = self._measured[name]
        if found is None:
            self.cyclic = True
        return found or Measures()

    def _field(self, total: _Sum, node: FieldNode, price: Price) -> None:
        own = total.measures
        own.fields += 1
        own.aliases += node.alias is not None
        own.introspects |= node.name.value in META_FIELDS
        arguments = node.arguments or ()
        own.longest_list = max(own.longest_list, _longest(argument.value for argument in arguments))
        below = self._selection_set(node.selection_set, price.below) if node.selection_set else Measures()
        total.add(below, levels=1)
        costs = [_rows_of(arguments, price, below)]
        if price.rows == "page":
            costs.append((1, below.cost))
        if price.rows == "rows":
            total.row_weight += price.weight
            total.row_costs += costs
        else:
            total.weight += price.weight
            total.costs += costs

    def _direct(self, total: _Sum, directives: Iterable[DirectiveNode] | None) -> None:
        for directive in directives or ():
            total.measures.directives += 1
            values = (argument.value for argument in directive.arguments or ())
            total.measures.longest_list = max(total.measures.longest_list, _longest(values))


def _rows_of(arguments: Iterable[ArgumentNode], price: Price, below: Measures) -> tuple[Size, Cost]:
    match price.rows:
        case "page":
            return page_rows(arguments), below.row_cost
        case "named":
            return named_rows(arguments), below.cost
        case _:
            return price.size, below.cost


def _longest(values: Iterable[ValueNode]) -> int:
    return max((len(one.values) for value in values for one in _lists_in(value)), default=0)


def _lists_in(value: ValueNode) -> Iterator[ListValueNode]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ListValueNode):
            yield one
            waiting.extend(one.values)
        elif isinstance(one, ObjectValueNode):
            waiting.extend(entry.value for entry in one.fields)
