"""The values of scalars and enums: what is taken as it is, and what is converted."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from strawberry.execution import optimized_is_awaitable

from server.execution.compiled.reasons import InvalidValueError

_BUILT_IN = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is float and isfinite({v})",
    GraphQLBoolean: "type({v}) is bool",
}
GLOBALS = {"isfinite": math.isfinite}
"""What the expressions of this module use."""


class EnumNames(dict[Any, str]):
    """The names of an enum's values. A value that is not there yet is converted by the type, which may raise."""

    def __init__(self, enum_type: GraphQLEnumType) -> None:
        super().__init__()
        self._type = enum_type

    def __missing__(self, value: Any) -> str:
        name = self._type.coerce_output_value(value)
        self[value] = name
        return name


@dataclass(frozen=True, slots=True)
class Leaf:
    """How values of a leaf type are completed.

    ``test`` is an expression that holds if ``fast`` may be evaluated; both contain ``{v}`` for the value. ``python_class``
    is what ``{c}`` in ``test`` stands for, and ``names`` what ``{n}`` in ``fast`` does. ``convert`` takes any value but
    None; it may raise.
    """

    test: str
    fast: str
    convert: Callable[[Any], Any]
    python_class: type | None = None
    names: EnumNames | None = None


def leaf(leaf_type: GraphQLLeafType, native: Mapping[str, type]) -> Leaf:
    """Return how values of a scalar or an enum are completed.

    ``native`` has the scalars whose values, if they are of this class, the encoder writes as the scalar would.
    """
    if isinstance(leaf_type, GraphQLEnumType):
        names = EnumNames(leaf_type)
        python_class = getattr(leaf_type, "wrapped_cls", str)
        return Leaf("type({v}) is {c}", "{n}[{v}]", names.__getitem__, python_class, names)
    convert = _converter(leaf_type)
    for built_in, test in _BUILT_IN.items():
        if leaf_type is built_in:
            return Leaf(test, "{v}", convert)
    if leaf_type.name in native:
        return Leaf("type({v}) is {c}", "{v}", convert, native[leaf_type.name])
    return Leaf("False", "{v}", convert)


def _converter(leaf_type: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = leaf_type.coerce_output_value

    def convert(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        result = coerce(value)
        # A custom scalar may pass on what graphql-core awaits: an attribute's value, or an item of a list.
        if result is None or result is Undefined or optimized_is_awaitable(result):
            raise InvalidValueError
        return result

    return convert
