"""Judges a parsed document by the root fields of the operation to execute, and reduces it to what may be validated.

Whether a name exists must not be found out by comparing answers. So what would be validated but is not executed is left
out: other operations, fragments that only they use, and what is selected of ``viewer``, which is null without a session.
What is selected of the session of a payload is only executed if the client signs in, so it can be left out too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeVar

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

from server.execution.signed_out.allowed_fields import NULL_FIELDS, SESSION_FIELDS, AllowedFields
from server.protocol.signed_out_errors import incorrect_request, sign_in_first

N = TypeVar("N", OperationDefinitionNode, FragmentDefinitionNode, InlineFragmentNode, FieldNode)

HIDDEN: Final = "_hidden"
"""The name in the response of what replaces the selections that are left out."""

_NOTHING = SelectionSetNode(selections=(FieldNode(alias=NameNode(value=HIDDEN), name=NameNode(value="__typename")),))
_ROOT, _PAYLOAD = range(2)  # levels of selections


class Judgement(NamedTuple):
    """The part of a document that may be validated and executed."""

    document: DocumentNode
    hides_sessions: bool
    """Whether selections of sessions have been left out."""


def judge(
    document: DocumentNode, operation: OperationDefinitionNode, allowed: AllowedFields, *, hide_sessions: bool
) -> Judgement:
    """Return the part of a document that may be validated and executed, with or without the selections of sessions.

    Raises GraphQLRequestError if a root field of the operation needs a session.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    hidden_at_root = NULL_FIELDS if operation.operation is OperationType.QUERY else frozenset[str]()
    hidden_in_payloads = (
        SESSION_FIELDS if hide_sessions and operation.operation is OperationType.MUTATION else frozenset[str]()
    )
    reducer = _Reducer(
        fragments, allowed.get(operation.operation, frozenset()), hidden=(hidden_at_root, hidden_in_payloads)
    )
    reduced = reducer.reduce(operation)
    kept = list(_reachable([reduced.selection_set, *(reduced.directives or ())], reducer.fragments))
    left_out = _variables(_reachable(reducer.left_out, fragments)) - _variables(kept)
    definitions = [node for node in reduced.variable_definitions or () if node.variable.name.value not in left_out]
    reduced = replace(reduced, variable_definitions=tuple(definitions))
    spread = {node.name.value for node in kept if isinstance(node, FragmentSpreadNode)}
    kept_fragments = (node for name, node in reducer.fragments.items() if name in spread)
    return Judgement(
        DocumentNode(definitions=(reduced, *kept_fragments)), bool(hidden_in_payloads and reducer.left_out)
    )


def opens_session(result: dict[str, Any]) -> bool:
    """Return whether a session is in the result of an operation whose selections of sessions were left out."""
    payloads = (result.get("data") or {}).values()
    fields = (field for payload in payloads if isinstance(payload, dict) for field in payload.values())
    return any(isinstance(field, dict) and HIDDEN in field for field in fields)


class _Reducer:
    """Reduces the selection sets of a root type and those of its payloads, and the fragments that are spread in them."""

    def __init__(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        allowed: frozenset[str],
        *,
        hidden: tuple[frozenset[str], frozenset[str]],
    ) -> None:
        self.fragments = dict(fragments)
        """The fragments of the document by name; those that have been reduced are replaced."""
        self.left_out: list[Node] = []
        """What is in the document, but not in its reduced selection sets."""
        self._allowed = allowed
        self._hidden = hidden
        self._pending: list[tuple[str, int]] = []
        """The fragments that have been spread, with the level at which they were."""

    def reduce(self, operation: OperationDefinitionNode) -> OperationDefinitionNode:
        """Return a copy of the operation without what is left out. Raises GraphQLRequestError."""
        selection_set = self._selection_set(operation.selection_set, _ROOT)
        reduced: set[str] = set()
        is_incomplete = False
        while self._pending:
            name, level = self._pending.pop()
            fragment = self.fragments.get(name)
            if fragment is None:
                is_incomplete = True
            elif name not in reduced:
                reduced.add(name)
                self.fragments[name] = _copy(fragment, self._selection_set(fragment.selection_set, level))
        if is_incomplete:  # which must not be known before all root fields have been judged
            raise incorrect_request()
        return _copy(operation, selection_set)

    def _selection_set(self, node: SelectionSetNode, level: int) -> SelectionSetNode:
        return SelectionSetNode(selections=tuple(self._selection(child, level) for child in node.selections))

    def _selection(self, node: SelectionNode, level: int) -> SelectionNode:
        if isinstance(node, InlineFragmentNode):
            return _copy(node, self._selection_set(node.selection_set, level))
        if isinstance(node, FragmentSpreadNode):
            self._pending.append((node.name.value, level))
            return node
        assert isinstance(node, FieldNode)
        if level == _ROOT and node.name.value not in self._allowed:
            raise sign_in_first()
        if node.name.value in self._hidden[level]:
            self.left_out += [*(node.arguments or ()), *([node.selection_set] if node.selection_set else ())]
            return replace(node, arguments=(), selection_set=_NOTHING)
        if level == _ROOT and node.selection_set:
            return _copy(node, self._selection_set(node.selection_set, _PAYLOAD))
        return node


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
