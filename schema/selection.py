"""The fields that a client selects below a field, so that one statement can fetch the rows of all of them."""

from collections.abc import Iterator, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from schema.context import Info


def selected_names(info: Info) -> frozenset[str]:
    """Return the names of all fields that are selected below this one, at any depth and in fragments too.

    A field that a directive leaves out may be among them: what is fetched for it is not used. Each fragment is visited
    once, however often it is spread.
    """
    raw = info._raw_info
    return frozenset(_names([node.selection_set for node in raw.field_nodes if node.selection_set], raw.fragments))


def selects_total_count(info: Info) -> bool:
    """Return whether a connection's ``totalCount`` is selected, so that its rows have to be counted."""
    return "totalCount" in selected_names(info)


def _names(pending: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
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
