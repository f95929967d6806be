"""Judges a parsed document by the root fields of the operation to execute, and reduces it to what may be validated.

Whether a name exists must not be found out by comparing answers. So what would be validated but is not executed is left
out: other operations, fragments that only they use, and what is selected of ``viewer``, which is null without a session.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from server.execution.signed_out.allowed_fields import NULL_FIELDS, AllowedFields
from server.protocol.signed_out_errors import incorrect_request, sign_in_first

N = TypeVar("N", OperationDefinitionNode, FragmentDefinitionNode, InlineFragmentNode)

_NOTHING = SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")),))


def judge(document: DocumentNode, operation: OperationDefinitionNode, allowed: AllowedFields) -> DocumentNode:
    """Return the part of a document that may be validated and executed.

    Raises GraphQLRequestError if a root field of the operation needs a session.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    root = _Root(fragments, allowed.get(operation.operation, frozenset()), operation.operation)
    reduced = root.reduce(operation)
    kept = list(_reachable([reduced.selection_set, *(reduced.directives or ())], root.fragments))
    left_out = _variables(_reachable(root.left_out, fragments)) - _variables(kept)
    definitions = [node for node in reduced.variable_definitions or () if node.variable.name.value not in left_out]
    reduced = replace(reduced, variable_definitions=tuple(definitions))
    spread = {node.name.value for node in kept if isinstance(node, FragmentSpreadNode)}
    return DocumentNode(definitions=(reduced, *(node for name, node in root.fragments.items() if name in spread)))


class _Root:
    """The selection sets of a root type: that of the operation, and those of the fragments that are spread in it."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], allowed: frozenset[str], operation_type: OperationType
    ) -> None:
        self.fragments = dict(fragments)
        """The fragments of the document by name; those that have been reduced are replaced."""
        self.left_out: list[Node] = []
        """What is in the document, but not in its reduced selection sets."""
        self._allowed = allowed
        self._null_fields = NULL_FIELDS if operation_type is OperationType.QUERY else frozenset()

    def reduce(self, operation: OperationDefinitionNode) -> OperationDefinitionNode:
        """Return a copy of the operation without what is left out. Raises GraphQLRequestError."""
        pending: list[str] = []
        selection_set = self._selection_set(operation.selection_set, pending)
        reduced: set[str] = set()
        is_incomplete = False
        while pending:
            name = pending.pop()
            fragment = self.fragments.get(name)
            if fragment is None:
                is_incomplete = True
            elif name not in reduced:
                reduced.add(name)
                self.fragments[name] = _copy(fragment, self._selection_set(fragment.selection_set, pending))
        if is_incomplete:  # which must not be known before all root fields have been judged
            raise incorrect_request()
        return _copy(operation, selection_set)

    def _selection_set(self, node: SelectionSetNode, spread: list[str]) -> SelectionSetNode:
        """Return a reduced selection set, and add the names of the fragments that are spread in it."""
        return SelectionSetNode(selections=tuple(self._selection(child, spread) for child in node.selections))

    def _selection(self, node: SelectionNode, spread: list[str]) -> SelectionNode:
        if isinstance(node, InlineFragmentNode):
            return _copy(node, self._selection_set(node.selection_set, spread))
        if isinstance(node, FragmentSpreadNode):
            spread.append(node.name.value)
            return node
        assert isinstance(node, FieldNode)
        if node.name.value not in self._allowed:
            raise sign_in_first()
        if node.name.value not in self._null_fields:
            return node
        self.left_out += [*(node.arguments or ()), *([node.selection_set] if node.selection_set else ())]
        return FieldNode(
            alias=node.alias, name=node.name, directives=node.directives, selection_set=_NOTHING, loc=node.loc
        )


def _copy(node: N, selection_set: SelectionSetNode) -> N:
    """Return a copy of a node with another selection set."""
    return replace(node, selection_set=selection_set)


def _reachable(nodes: Iterable[Node], fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[Node]:
    """Yield nodes and all below them, and in the fragments that are spread there; each fragment once."""
    pending, spread = [*nodes], set[str]()
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, FragmentSpreadNode) and node.name.value in fragments and node.name.value not in spread:
            spread.add(node.name.value)
            pending.append(fragments[node.name.value])
        for key in node.keys:
            child = getattr(node, key)
            if isinstance(child, Node):
                pending.append(child)
            elif isinstance(child, tuple):
                pending += child


def _variables(nodes: Iterable[Node]) -> set[str]:
    return {node.name.value for node in nodes if isinstance(node, VariableNode)}
