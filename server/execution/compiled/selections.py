"""The selections of an operation: merged fields in their order, and a text that is the same for equal selections."""

import sys
from collections.abc import Iterator, Mapping

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)
from graphql.execution import VariableValues, get_directive_values
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields

from server.execution.compiled.calls import contains_variable
from server.execution.compiled.reasons import NotCompiledError, Reason

_CONDITIONS = (GraphQLSkipDirective.name, GraphQLIncludeDirective.name)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return a document's fragments by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


class Selections:
    """The selections of an operation for certain values of the variables in ``@skip`` and ``@include``."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {name: FragmentDetails(node) for name, node in fragments.items()}
        self._variables = variables

    def of_root(self, root_type: GraphQLObjectType) -> dict[str, list[FieldNode]]:
        """Return the nodes of the root fields by response name, in the order of the response."""
        collected = collect_fields(self._schema, self._fragments, self._variables, root_type, self._operation)
        return _nodes(collected.grouped_field_set)

    def below(self, object_type: GraphQLObjectType, nodes: list[FieldNode]) -> dict[str, list[FieldNode]]:
        """Return the same for the selection sets of field nodes that merge, on an object type."""
        details = [FieldDetails(node, None) for node in nodes]
        collected = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, object_type, details
        )
        return _nodes(collected.grouped_field_set)

    def text(self, nodes: list[FieldNode]) -> str | None:
        """Return a text of the selections below field nodes, or None if they depend on variables in arguments.

        Fragments are expanded and directives evaluated, so the text does not depend on the document.
        """
        parts: list[str] = []
        for node in nodes:
            if node.selection_set and not self._write(node.selection_set, parts):
                return None
        return sys.intern(" ".join(parts))

    def _write(self, selection_set: SelectionSetNode, parts: list[str]) -> bool:
        """Append the parts of the text; return False if a variable is in the way."""
        parts.append("{")
        for selection in selection_set.selections:
            if self._is_included(selection) and not self._write_selection(selection, parts):
                return False
        parts.append("}")
        return True

    def _write_selection(self, selection: SelectionNode, parts: list[str]) -> bool:
        if isinstance(selection, FieldNode):
            arguments = selection.arguments or ()
            if any(contains_variable(argument.value) for argument in arguments):
                return False
            name = selection.name.value
            parts.append(f"{selection.alias.value}:{name}" if selection.alias else name)
            parts += [print_ast(argument) for argument in arguments]
            return selection.selection_set is None or self._write(selection.selection_set, parts)
        fragment: InlineFragmentNode | FragmentDefinitionNode
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value].definition
        else:
            assert isinstance(selection, InlineFragmentNode)
            fragment = selection
        parts.append(f"... {fragment.type_condition.name.value if fragment.type_condition else ''}")
        return self._write(fragment.selection_set, parts)

    def _is_included(self, node: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and not (include and not include["if"])


def _nodes(grouped: Mapping[str, list[FieldDetails]]) -> dict[str, list[FieldNode]]:
    return {name: [details.node for details in group] for name, group in grouped.items()}


def condition_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """Return the names of the variables in the ``@skip`` and ``@include`` directives of an operation, sorted.

    Raises NotCompiledError if a selection has any other directive.
    """
    names: set[str] = set()
    for directive in _directives(operation, fragments):
        if directive.name.value not in _CONDITIONS:
            raise NotCompiledError(Reason.UNSUPPORTED)
        values = [argument.value for argument in directive.arguments or ()]
        names |= {value.name.value for value in values if isinstance(value, VariableNode)}
    return tuple(sorted(names))


def _directives(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[DirectiveNode]:
    """Yield the directives of all selections of an operation, each fragment once."""
    visited: set[str] = set()
    pending = [operation.selection_set]
    while pending:
        for selection in pending.pop().selections:
            yield from selection.directives or ()
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name not in visited:
                    visited.add(name)
                    pending.append(fragments[name].selection_set)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                pending.append(selection.selection_set)
