"""Inspection of a field's selection set, so that a resolver can fetch the related rows in the same query."""

from collections.abc import Iterator, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from schema.context import Info


def selected_names(info: Info) -> frozenset[str]:
    """Return the names of all fields in a field's selection set, at any depth, including those in fragments.

    Directives are ignored, so the result may contain fields that ``@skip`` or ``@include`` exclude; rows fetched for
    them are unused. Each fragment is visited only once.
    """
    raw_info = info._raw_info
    return frozenset(
        _field_names([node.selection_set for node in raw_info.field_nodes if node.selection_set], raw_info.fragments)
    )


def selects_total_count(info: Info) -> bool:
    """Return whether a connection's ``totalCount`` is selected, which requires counting its rows."""
    return "totalCount" in selected_names(info)


def _field_names(pending: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    visited: set[str] = set()
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection.name.value
            if isinstance(selection, FragmentSpreadNode):
                if (name := selection.name.value) not in visited:
                    visited.add(name)
                    pending.append(fragments[name].selection_set)
            elif nested := getattr(selection, "selection_set", None):
                pending.append(nested)
