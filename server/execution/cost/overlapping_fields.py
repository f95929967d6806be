"""Counts the fields that merge with another field, because validation compares such fields in pairs."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


def count_repeated_fields(document: DocumentNode) -> int:
    """Return how many fields merge into an earlier one with the same response name, in operations and fragments.

    This takes time linear in the length of the document after expanding fragments, so check the limit on selections
    first. The document must not contain fragment cycles.
    """
    definitions = document.definitions
    fragments = {
        node.name.value: node.selection_set for node in definitions if isinstance(node, FragmentDefinitionNode)
    }
    used_fragments: set[str] = set()
    count = 0
    for node in definitions:
        if isinstance(node, OperationDefinitionNode):
            count += _count_repeated([node.selection_set], fragments, used_fragments)
    # Validation also visits unused fragments, and every definition of a fragment that is defined twice.
    for node in definitions:
        if isinstance(node, FragmentDefinitionNode):
            selection_set = node.selection_set
            if node.name.value not in used_fragments or fragments[node.name.value] is not selection_set:
                count += _count_repeated([selection_set], fragments, used_fragments)
    return count


def _count_repeated(
    pending: list[SelectionSetNode], fragments: dict[str, SelectionSetNode], used_fragments: set[str]
) -> int:
    fields: dict[str, list[SelectionSetNode]] = {}
    spread: set[str] = set()
    count = 0
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                count += 1
                name = (selection.alias or selection.name).value
                selection_sets = fields.setdefault(name, [])
                if selection.selection_set:
                    selection_sets.append(selection.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                pending.extend(filter(None, [fragments.get(selection.name.value)]))
    used_fragments |= spread
    nested = (_count_repeated(sets, fragments, used_fragments) for sets in fields.values() if sets)
    return count - len(fields) + sum(nested)
