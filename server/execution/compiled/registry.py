"""What the compiled operations of a schema share: tests of classes, names of enum values, and encoded output."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLLeafType, GraphQLObjectType, GraphQLSchema

from server.execution.compiled.encoded import EncodedOutput
from server.execution.compiled.inputs import InputTypes
from server.execution.compiled.leaves import Leaf, leaf
from server.execution.compiled.types import AcceptedClasses

Compute: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]
"""Calls a function with arguments, and returns what it returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How answers are encoded.

    ``encode`` encodes what a field's output consists of, and ``splice`` marks bytes as encoded already. ``native`` has
    the classes of scalars that the encoder writes as the scalars do, by the name of the scalar.
    """

    encode: Callable[[Any], bytes]
    splice: Callable[[bytes], Any]
    native: Mapping[str, type] = field(default_factory=dict)
    max_bytes: int = 16 * 1024 * 1024
    """The bytes of encoded output to keep, with the keys by which it is found."""


class Registry:
    """What the compiled operations of a schema share.

    ``compute`` calls a function beside the event loop, which compiles operations; without it, they are compiled at once.
    """

    def __init__(self, schema: GraphQLSchema, encoding: Encoding, compute: Compute | None = None) -> None:
        self.schema = schema
        self.compute = compute
        strawberry_schema: Any = schema._strawberry_schema  # type: ignore[attr-defined]
        self.converter: Any = strawberry_schema.schema_converter
        self.encoded = EncodedOutput(encoding.encode, encoding.splice, encoding.max_bytes)
        self.inputs = InputTypes()
        self._native = encoding.native
        self._accepted: dict[str, AcceptedClasses] = {}
        self._leaves: dict[str, Leaf] = {}

    def accepted_classes(self, object_type: GraphQLObjectType) -> AcceptedClasses:
        """Return the classes of rows that an object type accepts."""
        if object_type.name not in self._accepted:
            self._accepted[object_type.name] = AcceptedClasses(object_type, self.schema)
        return self._accepted[object_type.name]

    def leaf(self, leaf_type: GraphQLLeafType) -> Leaf:
        """Return how values of a scalar or an enum are completed."""
        if leaf_type.name not in self._leaves:
            self._leaves[leaf_type.name] = leaf(leaf_type, self._native)
        return self._leaves[leaf_type.name]
