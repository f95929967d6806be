"""What a client asks for below a field, so that one statement can fetch it all."""

from collections.abc import Iterator, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from schema.context import Info


def names_below(info: Info) -> frozenset[str]:
    """The names of all fields selected anywhere below the present one, in fragments too.

    It may name one that a directive leaves out: what is fetched for it is not used. Each fragment is looked at
    once, however often it is spread.
    """
    raw = info._raw_info
    return frozenset(_names([node.selection_set for node in raw.field_nodes if node.selection_set], raw.fragments))


def asks_for_total(info: Info) -> bool:
    """Whether a connection's rows have to be counted."""
    return "totalCount" in names_below(info)


def _names(waiting: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    spread: set[str] = set()
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection.name.value
            if isinstance(selection, FragmentSpreadNode):
                if (name := selection.name.value) not in spread:
                    spread.add(name)
                    waiting.append(fragments[name].selection_set)
            elif nested := getattr(selection, "selection_set", None):
                waiting.append(nested)
