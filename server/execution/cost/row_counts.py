"""The number of rows that a field's arguments request, as a constant or a function of the variables."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import ArgumentNode, IntValueNode, ListValueNode, ValueNode, VariableNode

from server.execution.cost.expression import RowCount
from services.paging.pages import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE


def page_row_count(arguments: Iterable[ArgumentNode]) -> RowCount:
    """Return the page size set by ``first`` and ``last``, limited to the maximum that the resolver accepts."""
    values = {argument.name.value: argument.value for argument in arguments}
    first, last = values.get("first"), values.get("last")
    if not isinstance(first, VariableNode) and not isinstance(last, VariableNode):
        return _page(_literal(first), _literal(last))
    return lambda variables: _page(_value(first, variables), _value(last, variables))


def ids_row_count(arguments: Iterable[ArgumentNode]) -> RowCount:
    """Return the number of ids in the ``ids`` argument."""
    ids = next((argument.value for argument in arguments if argument.name.value == "ids"), None)
    if isinstance(ids, VariableNode):
        name = ids.name.value
        return lambda variables: _length(variables.get(name))
    return len(ids.values) if isinstance(ids, ListValueNode) else 1


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
    # Python refuses to convert thousands of digits to an integer; such a value is invalid anyway.
    if not isinstance(node, IntValueNode):
        return None
    return MAX_PAGE_SIZE if len(node.value) > 10 and not node.value.startswith("-") else int(node.value[:11])
