"""What a field's arguments request, counted as a constant or a function of the variables: rows, words, sort keys."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from server.execution.cost.expression import RowCount
from services.paging.by_name import MAX_SEARCH_WORDS
from services.paging.pages import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE


def page_row_count(arguments: Iterable[ArgumentNode]) -> RowCount:
    """Return the page size set by ``first`` and ``last``, limited to the maximum that the resolver accepts."""
    values = {argument.name.value: argument.value for argument in arguments}
    first, last = values.get("first"), values.get("last")
    if not isinstance(first, VariableNode) and not isinstance(last, VariableNode):
        return _page(_literal(first), _literal(last))
    return lambda variables, _sizes: _page(_value(first, variables), _value(last, variables))


def ids_row_count(arguments: Iterable[ArgumentNode]) -> RowCount:
    """Return the number of ids in the ``ids`` argument."""
    ids = next((argument.value for argument in arguments if argument.name.value == "ids"), None)
    if isinstance(ids, VariableNode):
        name = ids.name.value
        return lambda variables, _sizes: _length(variables.get(name))
    return len(ids.values) if isinstance(ids, ListValueNode) else 1


def search_word_count(arguments: Iterable[ArgumentNode]) -> RowCount:
    """Return the number of words in the ``search`` of a list or of its ``filter``."""
    values = {argument.name.value: argument.value for argument in arguments}
    search, filter_by = values.get("search"), values.get("filter")
    if isinstance(filter_by, VariableNode):
        name = filter_by.name.value
        return lambda variables, _sizes: _words((variables.get(name) or {}).get("search"))
    if isinstance(filter_by, ObjectValueNode):
        search = next((entry.value for entry in filter_by.fields if entry.name.value == "search"), None)
    if isinstance(search, VariableNode):
        name = search.name.value
        return lambda variables, _sizes: _words(variables.get(name))
    return _words(search.value if isinstance(search, StringValueNode) else None)


def further_sort_key_count(arguments: Iterable[ArgumentNode]) -> RowCount:
    """Return the number of fields that a list is ordered by after the first one."""
    order_by = next((argument.value for argument in arguments if argument.name.value == "orderBy"), None)
    if isinstance(order_by, VariableNode):
        name = order_by.name.value
        return lambda variables, _sizes: max(_length(variables.get(name)) - 1, 0)
    return max(len(order_by.values) - 1, 0) if isinstance(order_by, ListValueNode) else 0


def _words(search: object) -> int:
    """Return the number of words, of which a search with too many does not get as far as the database."""
    return min(len(search.split()), MAX_SEARCH_WORDS) if isinstance(search, str) else 0


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
