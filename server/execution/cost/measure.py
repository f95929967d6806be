"""How much a document asks for, found in one pass that is linear to its text, whatever its fragments multiply to.

Every selection is visited once: what a fragment holds is measured once and added wherever it is spread.
"""

from collections.abc import Iterable

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from server.execution.cost.cost import Cost, Size
from server.execution.cost.measures import Measures, Sum
from server.execution.cost.pricing import META_FIELDS, Price, Pricing
from server.execution.cost.row_counts import named_rows, page_rows


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
        self.selections = sum(measures.selections for _, measures in self.operations) + self._unreached(document)
        """Those of all operations, and of the fragments that none reaches: validation reads those too."""

    def _unreached(self, document: DocumentNode) -> int:
        count = 0
        for node in document.definitions:
            if not isinstance(node, FragmentDefinitionNode):
                continue
            name = node.name.value
            if node is not self._fragments[name]:  # a second one of this name is in its place
                count += self._selection_set(node.selection_set, node.type_condition.name.value).selections
            elif name not in self._measured:
                count += self._fragment(name).selections
        return count

    def _operation(self, node: OperationDefinitionNode) -> Measures:
        total = Sum()
        total.spread(self._selection_set(node.selection_set, self._pricing.root(node.operation)))
        total.hold(variable.default_value for variable in node.variable_definitions or () if variable.default_value)
        total.direct(node.directives)
        return total.whole()

    def _selection_set(self, node: SelectionSetNode, parent: str) -> Measures:
        total = Sum()
        for selection in node.selections:
            self.visited += 1
            total.measures.selections += 1
            total.direct(selection.directives)
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

    def _field(self, total: Sum, node: FieldNode, price: Price) -> None:
        own = total.measures
        own.fields += 1
        own.aliases += node.alias is not None
        own.introspects |= node.name.value in META_FIELDS
        arguments = node.arguments or ()
        own.given += total.hold(argument.value for argument in arguments)
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


def _rows_of(arguments: Iterable[ArgumentNode], price: Price, below: Measures) -> tuple[Size, Cost]:
    match price.rows:
        case "page":
            return page_rows(arguments), below.row_cost
        case "named":
            return named_rows(arguments), below.cost
        case _:
            return price.size, below.cost
