"""The price and multiplicity of each field of a schema, computed once from ``schema/declaration/costs.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from schema.declaration.costs import (
    CONNECTION_PRICE,
    FORM_LISTS,
    LIST_SIZES,
    PRICES,
    SEARCH_WORD_PRICE,
    SEARCH_WORD_PRICES,
    SORT_KEY_PRICES,
    form_list_size,
)
from server.execution.cost.expression import RowCount

META_FIELDS = {"__schema": "__Schema", "__type": "__Type"}


@dataclass(frozen=True, slots=True)
class FieldPrice:
    """The price of a field, and how many times its selection set is counted.

    ``multiplicity`` is ``single`` (once); ``connection`` (once for the connection; its arguments determine the page
    size); ``connection_rows`` for a connection's ``edges`` and ``nodes`` (once per row of the page); ``list`` (``size``
    times); or ``ids`` (once per entry of the ``ids`` argument).
    """

    price: int
    type_name: str
    """The name of the field's type, without list and non-null modifiers."""
    multiplicity: Literal["single", "connection", "connection_rows", "list", "ids"] = "single"
    size: RowCount = 1
    search_word: int = 0
    """The price of each word of a search."""
    sort_key: int = 0
    """The price of each field that a list is ordered by after the first one."""


_UNKNOWN = FieldPrice(1, "")
"""The price of a field that is not in the schema; validation rejects the document later."""


class Pricing:
    """The prices of all fields in a schema."""

    def __init__(
        self, schema: GraphQLSchema, prices: Mapping[str, int] = PRICES, list_sizes: Mapping[str, int] = LIST_SIZES
    ) -> None:
        self._prices = prices
        self._list_sizes = list_sizes
        types = [
            type_ for type_ in schema.type_map.values() if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        ]
        self._connections = {
            get_named_type(field.type).name
            for type_ in types
            for field in type_.fields.values()
            if _is_connection(field)
        }
        self._fields = {
            type_.name: {name: self._price(type_.name, name, field) for name, field in type_.fields.items()}
            for type_ in types
        }
        self._roots = {kind: root.name for kind in OperationType if (root := schema.get_root_type(kind))}
        self._fields[self._roots[OperationType.QUERY]] |= {
            name: FieldPrice(1, type_name) for name, type_name in META_FIELDS.items()
        }

    def root_type(self, operation: OperationType) -> str:
        """Return the name of the root type for an operation type, or "" if the schema has none."""
        return self._roots.get(operation, "")

    def price(self, type_name: str, field: str) -> FieldPrice:
        """Return the price of a field, or a placeholder if the schema has no such field."""
        return self._fields.get(type_name, {}).get(field, _UNKNOWN)

    def _price(self, parent: str, name: str, field: GraphQLField) -> FieldPrice:
        coordinate = f"{parent}.{name}"
        type_name = get_named_type(field.type).name
        needs_query = _is_connection(field) or (name == "totalCount" and parent in self._connections)
        price = self._prices.get(coordinate, self._prices.get(parent, CONNECTION_PRICE if needs_query else 1))
        if _is_connection(field):
            word = (
                SEARCH_WORD_PRICES.get(coordinate, SEARCH_WORD_PRICE) if field.args.keys() & {"search", "filter"} else 0
            )
            sort_key = SORT_KEY_PRICES.get(coordinate, 0)
            return FieldPrice(price, type_name, "connection", search_word=word, sort_key=sort_key)
        if is_leaf_type(get_named_type(field.type)) or not isinstance(get_nullable_type(field.type), GraphQLList):
            return FieldPrice(price, type_name)
        if parent in self._connections:
            return FieldPrice(price, type_name, "connection_rows")
        if "ids" in field.args:
            return FieldPrice(price, type_name, "ids")
        return FieldPrice(price, type_name, "list", self._size(coordinate, type_name))

    def _size(self, coordinate: str, type_name: str) -> RowCount:
        least = self._list_sizes.get(coordinate) or self._list_sizes[type_name]
        name = FORM_LISTS.get(coordinate) or FORM_LISTS.get(type_name)
        return least if name is None else lambda _variables, sizes: form_list_size(name, least, sizes)


def _is_connection(field: GraphQLField) -> bool:
    return "first" in field.args and "last" in field.args
