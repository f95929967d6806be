"""What the result of a subscription's event depends on, found in its document.

Subscriptions of which all of this is equal share the results of their events.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from schema.reading.event_source import SESSION_FIELDS


@dataclass(frozen=True, slots=True)
class EventTraits:
    """What the result of an event depends on, besides the document, the event and its viewer."""

    variables: tuple[str, ...]
    """The variables that are used anywhere but in the arguments of the root field, which only choose the events."""
    by_session: bool
    """Whether a field is selected whose value is only for one session."""


def find_event_traits(document: DocumentNode, operation: OperationDefinitionNode) -> EventTraits:
    """Return the traits of a subscription of a valid document."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    variables: set[str] = set()
    by_session = False
    pending: list[tuple[Node, bool]] = [(operation.selection_set, True)]
    seen: set[tuple[str, bool]] = set()
    while pending:
        node, is_root = pending.pop()
        if isinstance(node, VariableNode):
            variables.add(node.name.value)
        elif isinstance(node, FragmentSpreadNode):
            if (node.name.value, is_root) not in seen:
                seen.add((node.name.value, is_root))
                pending.append((fragments[node.name.value].selection_set, is_root))
        elif isinstance(node, FieldNode):
            by_session = by_session or node.name.value in SESSION_FIELDS
        skipped = "arguments" if is_root and isinstance(node, FieldNode) else ""
        for key, child in _children(node):
            if key != skipped:
                pending.append(
                    (child, is_root and not (isinstance(node, FieldNode) and isinstance(child, SelectionSetNode)))
                )
    return EventTraits(tuple(sorted(variables)), by_session)


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    for key in node.keys:
        value = getattr(node, key)
        for child in value if isinstance(value, list | tuple) else (value,):
            if isinstance(child, Node):
                yield key, child
