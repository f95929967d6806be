"""Counts the fields of a document that merge with another: validation compares them in pairs."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


def repeated_fields(document: DocumentNode) -> int:
    """Return how many fields merge with another of the same response name, in operations and in fragments.

    Takes time linear in the document with its fragments spread out, so check the limit of selections before. The
    document must have no fragment cycles.
    """
    definitions = document.definitions
    fragments = {
        node.name.value: node.selection_set for node in definitions if isinstance(node, FragmentDefinitionNode)
    }
    reached: set[str] = set()
    count = 0
    for node in definitions:
        if isinstance(node, OperationDefinitionNode):
            count += _repeated([node.selection_set], fragments, reached)
    # Validation visits fragments that no operation reaches, too, and the first of two fragments with the same name.
    for node in definitions:
        if isinstance(node, FragmentDefinitionNode):
            selection_set = node.selection_set
            if node.name.value not in reached or fragments[node.name.value] is not selection_set:
                count += _repeated([selection_set], fragments, reached)
    return count


def _repeated(pending: list[SelectionSetNode], fragments: dict[str, SelectionSetNode], reached: set[str]) -> int:
    fields: dict[str, list[SelectionSetNode]] = {}
    spread: set[str] = set()
    count = 0
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                count += 1
                name = (selection.alias or selection.name).value
                below = fields.setdefault(name, [])
                if selection.selection_set:
                    below.append(selection.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                pending.extend(filter(None, [fragments.get(selection.name.value)]))
    reached |= spread
    return count - len(fields) + sum(_repeated(below, fragments, reached) for below in fields.values() if below)
