"""The price of each field of a schema, and how many rows it has: ``schema/costs.py`` applied to the schema, once."""

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

from schema.costs import CONNECTION_PRICE, LIST_SIZES, PRICES

META_FIELDS = {"__schema": "__Schema", "__type": "__Type"}


@dataclass(frozen=True, slots=True)
class FieldPrice:
    """The price of a field, and how often what is selected on it counts.

    ``rows`` is ``one``; ``page`` for a connection, whose size its arguments say; ``of_page`` for a connection's
    ``edges`` and ``nodes``, which count for each row of it; ``list`` for ``size`` entries; ``ids`` for as many
    entries as the argument ``ids`` has.
    """

    price: int
    type_name: str
    """The type of what is selected on it."""
    rows: Literal["one", "page", "of_page", "list", "ids"] = "one"
    size: int = 1


_UNKNOWN = FieldPrice(1, "")
"""The price of a field that the schema does not have; validation rejects it."""


class Pricing:
    """The prices of all fields of one schema."""

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
        """Return the name of an operation's root type; "" if the schema has none."""
        return self._roots.get(operation, "")

    def price(self, type_name: str, field: str) -> FieldPrice:
        """Return the price of a field by the names of its type and itself, even if there is no such field."""
        return self._fields.get(type_name, {}).get(field, _UNKNOWN)

    def _price(self, parent: str, name: str, field: GraphQLField) -> FieldPrice:
        coordinate = f"{parent}.{name}"
        type_name = get_named_type(field.type).name
        is_counted = _is_connection(field) or (name == "totalCount" and parent in self._connections)
        price = self._prices.get(coordinate, self._prices.get(parent, CONNECTION_PRICE if is_counted else 1))
        if _is_connection(field):
            return FieldPrice(price, type_name, "page")
        if is_leaf_type(get_named_type(field.type)) or not isinstance(get_nullable_type(field.type), GraphQLList):
            return FieldPrice(price, type_name)
        if parent in self._connections:
            return FieldPrice(price, type_name, "of_page")
        if "ids" in field.args:
            return FieldPrice(price, type_name, "ids")
        size = self._list_sizes.get(coordinate) or self._list_sizes[type_name]
        return FieldPrice(price, type_name, "list", size)


def _is_connection(field: GraphQLField) -> bool:
    return "first" in field.args and "last" in field.args
