"""How many rows a field is asked for by its arguments: a number, or a function of the variables."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import ArgumentNode, IntValueNode, ListValueNode, ValueNode, VariableNode

from server.execution.cost.cost import Size
from services.paging.pages import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE


def page_rows(arguments: Iterable[ArgumentNode]) -> Size:
    """The size of a page by `first` and `last`. More than a page can have counts as the largest: it is refused later."""
    given = {argument.name.value: argument.value for argument in arguments}
    first, last = given.get("first"), given.get("last")
    if not isinstance(first, VariableNode) and not isinstance(last, VariableNode):
        return _page(_literal(first), _literal(last))
    return lambda variables: _page(_value(first, variables), _value(last, variables))


def named_rows(arguments: Iterable[ArgumentNode]) -> Size:
    """The number of the argument `ids`."""
    given = next((argument.value for argument in arguments if argument.name.value == "ids"), None)
    if isinstance(given, VariableNode):
        name = given.name.value
        return lambda variables: _length(variables.get(name))
    return len(given.values) if isinstance(given, ListValueNode) else 1


def _page(first: object, last: object) -> int:
    for size in (first, last):
        if isinstance(size, int):
            return min(max(size, 0), MAX_PAGE_SIZE)
    return DEFAULT_PAGE_SIZE


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 1


def _value(node: ValueNode | None, variables: Mapping[str, Any]) -> object:
    return variables.get(node.name.value) if isinstance(node, VariableNode) else _literal(node)


def _literal(node: ValueNode | None) -> int | None:
    # An integer of thousands of digits is invalid, and Python would rather not read it.
    if not isinstance(node, IntValueNode):
        return None
    return MAX_PAGE_SIZE if len(node.value) > 10 and not node.value.startswith("-") else int(node.value[:11])
