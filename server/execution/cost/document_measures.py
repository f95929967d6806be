"""Measures a document in one pass that is linear in its text, however often its fragments are spread.

Every selection is visited once: a fragment is measured once, and its measures are added wherever it is spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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

from server.execution.cost.expression import Cost, RowCount
from server.execution.cost.pricing import META_FIELDS, FieldPrice, Pricing
from server.execution.cost.row_counts import ids_rows, page_rows
from server.execution.cost.selection_measures import Measures, MeasuresBuilder


@dataclass(frozen=True, slots=True)
class DocumentMeasures:
    """What a document asks for."""

    operations: Sequence[tuple[OperationDefinitionNode, Measures]]
    selections: int
    """Those of all operations, and of the fragments that none reaches: validation visits these too."""
    visited: int
    """How many selections were visited to measure the document."""
    cyclic: bool
    """Whether a fragment spreads itself; then nothing else is meaningful."""


def measure(document: DocumentNode, pricing: Pricing) -> DocumentMeasures:
    """Measure a parsed document, valid or not. Raises RecursionError if fragments are nested too deeply."""
    measurer = _Measurer(document, pricing)
    operations = [
        (node, measurer.operation(node)) for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    selections = sum(measures.selections for _, measures in operations) + measurer.unreached_selections(document)
    return DocumentMeasures(operations, selections, measurer.visited, measurer.cyclic)


class _Measurer:
    def __init__(self, document: DocumentNode, pricing: Pricing) -> None:
        self._pricing = pricing
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measures | None] = {}
        self.visited = 0
        self.cyclic = False

    def operation(self, node: OperationDefinitionNode) -> Measures:
        builder = MeasuresBuilder()
        builder.add_fragment(self._selection_set(node.selection_set, self._pricing.root_type(node.operation)))
        defaults = (variable.default_value for variable in node.variable_definitions or ())
        builder.add_values(default for default in defaults if default)
        builder.add_directives(node.directives)
        return builder.build()

    def unreached_selections(self, document: DocumentNode) -> int:
        """Count the selections of fragments that no operation reaches, once all operations are measured."""
        count = 0
        for node in document.definitions:
            if not isinstance(node, FragmentDefinitionNode):
                continue
            name = node.name.value
            if node is not self._fragments[name]:  # a later fragment has the same name
                count += self._selection_set(node.selection_set, node.type_condition.name.value).selections
            elif name not in self._measured:
                count += self._fragment(name).selections
        return count

    def _selection_set(self, node: SelectionSetNode, type_name: str) -> Measures:
        builder = MeasuresBuilder()
        for selection in node.selections:
            self.visited += 1
            builder.measures.selections += 1
            builder.add_directives(selection.directives)
            if isinstance(selection, FieldNode):
                self._field(builder, selection, self._pricing.price(type_name, selection.name.value))
            elif isinstance(selection, FragmentSpreadNode):
                builder.add_fragment(self._fragment(selection.name.value))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                on = condition.name.value if condition else type_name
                builder.add_fragment(self._selection_set(selection.selection_set, on))
        return builder.build()

    def _fragment(self, name: str) -> Measures:
        if name not in self._fragments:
            return Measures()
        if name not in self._measured:
            self._measured[name] = None  # in progress: if it is met again, there is a cycle
            node = self._fragments[name]
            measures = self._selection_set(node.selection_set, node.type_condition.name.value)
            measures.directives += len(node.directives or ())
            self._measured[name] = measures
        measured = self._measured[name]
        if measured is None:
            self.cyclic = True
        return measured or Measures()

    def _field(self, builder: MeasuresBuilder, node: FieldNode, price: FieldPrice) -> None:
        own = builder.measures
        own.fields += 1
        own.aliases += node.alias is not None
        own.introspects |= node.name.value in META_FIELDS
        arguments = node.arguments or ()
        own.fields_with_variables += builder.add_values(argument.value for argument in arguments)
        below = self._selection_set(node.selection_set, price.type_name) if node.selection_set else Measures()
        builder.add_nested(below, levels=1)
        costs = [_cost_of_rows(arguments, price, below)]
        if price.rows == "page":
            costs.append((1, below.cost))
        if price.rows == "of_page":
            builder.row_price += price.price
            builder.row_costs += costs
        else:
            builder.price += price.price
            builder.costs += costs


def _cost_of_rows(arguments: Sequence[ArgumentNode], price: FieldPrice, below: Measures) -> tuple[RowCount, Cost]:
    match price.rows:
        case "page":
            return page_rows(arguments), below.row_cost
        case "ids":
            return ids_rows(arguments), below.cost
        case _:
            return price.size, below.cost
