"""What each field of a schema weighs and how many rows it has: `schema/costs.py` laid over the schema, once."""

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

from schema.costs import PAGE_PRICE, PRICES, SIZES

Rows = Literal["one", "page", "rows", "list", "named"]
META_FIELDS = {"__schema": "__Schema", "__type": "__Type"}


@dataclass(frozen=True, slots=True)
class Price:
    """One field's: its weight, and the type of what is selected below it.

    `rows` says how often that counts: once, by the page's size (`page` for a connection, `rows` for its `edges` and
    `nodes`), `size` times (`list`), or for each of the ids that are its argument (`named`).
    """

    weight: int
    below: str
    rows: Rows = "one"
    size: int = 1


UNKNOWN = Price(1, "")
"""Of a field that the schema does not have; validation refuses it."""


class Pricing:
    """All prices of one schema."""

    def __init__(
        self, schema: GraphQLSchema, prices: Mapping[str, int] = PRICES, sizes: Mapping[str, int] = SIZES
    ) -> None:
        self._weights = prices
        self._sizes = sizes
        types = [
            kind for kind in schema.type_map.values() if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        ]
        self._connections = {
            get_named_type(field.type).name for kind in types for field in kind.fields.values() if _is_page(field)
        }
        self._prices = {
            kind.name: {name: self._price(kind.name, name, field) for name, field in kind.fields.items()}
            for kind in types
        }
        self._roots = {kind: root.name for kind in OperationType if (root := schema.get_root_type(kind))}
        self._prices[self._roots[OperationType.QUERY]] |= {name: Price(1, below) for name, below in META_FIELDS.items()}

    def root(self, operation: OperationType) -> str:
        """The name of an operation's root type; "" if the schema has none."""
        return self._roots.get(operation, "")

    def of(self, parent: str, field: str) -> Price:
        """The price of a field of a type by its name, known or not."""
        return self._prices.get(parent, {}).get(field, UNKNOWN)

    def _price(self, parent: str, name: str, field: GraphQLField) -> Price:
        coordinate = f"{parent}.{name}"
        below = get_named_type(field.type)
        default = PAGE_PRICE if _is_page(field) or (name == "totalCount" and parent in self._connections) else 1
        weight = self._weights.get(coordinate, self._weights.get(parent, default))
        if _is_page(field):
            return Price(weight, below.name, "page")
        if is_leaf_type(below) or not isinstance(get_nullable_type(field.type), GraphQLList):
            return Price(weight, below.name)
        if parent in self._connections:
            return Price(weight, below.name, "rows")
        if "ids" in field.args:
            return Price(weight, below.name, "named")
        return Price(weight, below.name, "list", self._sizes.get(coordinate) or self._sizes[below.name])


def _is_page(field: GraphQLField) -> bool:
    return "first" in field.args and "last" in field.args
