"""Measures documents in time linear in their length, however often their fragments are spread.

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
from server.execution.cost.pricing import FieldPrice, Pricing
from server.execution.cost.row_counts import further_sort_key_count, ids_row_count, page_row_count, search_word_count
from server.execution.cost.selection_measures import Measures, MeasuresBuilder


@dataclass(frozen=True, slots=True)
class DocumentMeasures:
    """The measures of a document."""

    operations: Sequence[tuple[OperationDefinitionNode, Measures]]
    selections: int
    """The number of selections in all operations and in unused fragments, which validation visits too."""
    visited_selections: int
    """The number of selections that were visited while measuring."""
    has_cycle: bool
    """Whether the document contains a fragment cycle, which makes the other measures meaningless."""


def measure(document: DocumentNode, pricing: Pricing) -> DocumentMeasures:
    """Measure a parsed document, valid or not. Raises RecursionError if fragments are nested too deeply."""
    measurer = _Measurer(document, pricing)
    operations = [
        (node, measurer.operation(node)) for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    selections = sum(measures.selections for _, measures in operations) + measurer.unused_selections(document)
    return DocumentMeasures(operations, selections, measurer.visited_selections, measurer.has_cycle)


class _Measurer:
    def __init__(self, document: DocumentNode, pricing: Pricing) -> None:
        self._pricing = pricing
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measures | None] = {}
        self.visited_selections = 0
        self.has_cycle = False

    def operation(self, node: OperationDefinitionNode) -> Measures:
        builder = MeasuresBuilder()
        builder.add_fragment(self._selection_set(node.selection_set, self._pricing.root_type(node.operation)))
        defaults = (variable.default_value for variable in node.variable_definitions or ())
        builder.add_values(default for default in defaults if default)
        builder.add_directives(node.directives)
        return builder.build()

    def unused_selections(self, document: DocumentNode) -> int:
        """Count the selections of unused fragments. All operations must have been measured already."""
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
            self.visited_selections += 1
            builder.measures.selections += 1
            builder.add_directives(selection.directives)
            if isinstance(selection, FieldNode):
                self._field(builder, selection, self._pricing.price(type_name, selection.name.value))
            elif isinstance(selection, FragmentSpreadNode):
                builder.add_fragment(self._fragment(selection.name.value))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                nested_type = condition.name.value if condition else type_name
                builder.add_fragment(self._selection_set(selection.selection_set, nested_type))
        return builder.build()

    def _fragment(self, name: str) -> Measures:
        if name not in self._fragments:
            return Measures()
        if name not in self._measured:
            self._measured[name] = None  # in progress: if it is spread again, there is a cycle
            node = self._fragments[name]
            measures = self._selection_set(node.selection_set, node.type_condition.name.value)
            measures.directives += len(node.directives or ())
            self._measured[name] = measures
        measured = self._measured[name]
        if measured is None:
            self.has_cycle = True
        return measured or Measures()

    def _field(self, builder: MeasuresBuilder, node: FieldNode, price: FieldPrice) -> None:
        measures = builder.measures
        measures.fields += 1
        measures.aliases += node.alias is not None
        arguments = node.arguments or ()
        measures.fields_with_variables += builder.add_values(argument.value for argument in arguments)
        nested = self._selection_set(node.selection_set, price.type_name) if node.selection_set else Measures()
        builder.add_nested(nested, levels=1)
        costs = [_cost_of_rows(arguments, price, nested)]
        if price.search_word:
            costs.append((search_word_count(arguments), Cost(price.search_word)))
        if price.sort_key:
            costs.append((further_sort_key_count(arguments), Cost(price.sort_key)))
        if price.multiplicity == "connection":
            costs.append((1, nested.cost))
        if price.multiplicity == "connection_rows":
            builder.row_price += price.price
            builder.row_costs += costs
        else:
            builder.price += price.price
            builder.costs += costs


def _cost_of_rows(arguments: Sequence[ArgumentNode], price: FieldPrice, nested: Measures) -> tuple[RowCount, Cost]:
    match price.multiplicity:
        case "connection":
            return page_row_count(arguments), nested.row_cost
        case "ids":
            return ids_row_count(arguments), nested.cost
        case _:
            return price.size, nested.cost
