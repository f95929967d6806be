"""Faulty resolvers: they raise, return null, or return what their type does not allow, in both ways of execution."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any
from zlib import crc32

from graphql import GraphQLError, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.types.fields.resolver import StrawberryResolver

from services.kernel.errors import BadRequestError


def _raise(error: Exception) -> Any:
    raise error


FAULTS: list[Callable[[Any], Any]] = [
    lambda _: _raise(GraphQLError("Faulty.", extensions={"code": "FORBIDDEN"})),
    lambda _: _raise(ValueError("Faulty.")),
    lambda _: _raise(BadRequestError("Faulty.", "id")),
    lambda _: None,
    lambda _: object(),
    lambda _: ValueError("returned"),
    lambda _: "faulty",
    lambda _: 2**40,
    lambda _: [None],
    lambda _: [object()],
    lambda value: (entry for entry in [value]),
    lambda value: tuple(value) if isinstance(value, list) else value,
    lambda value: [value],
]


class Faults:
    """Which calls are faulty: those of one resolver, for some rows."""

    def __init__(self) -> None:
        self.resolver: int | None = None
        self.fault = FAULTS[0]
        self.modulus = 1
        """1 for every row, 2 for about every second."""

    def apply(self, row: Any, value: Any) -> Any:
        """Return the value of a call, or what a faulty one returns, or raise."""
        identity = str(getattr(row, "id", None) or getattr(row, "key", None))
        return value if crc32(identity.encode()) % self.modulus else self.fault(value)


def resolvers(schema: GraphQLSchema) -> dict[str, StrawberryResolver[Any]]:
    """Return the resolvers of a schema's fields by coordinate, except those whose output is encoded once."""
    return {
        f"{type_.name}.{name}": definition.base_resolver
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in type_.fields.items()
        if (definition := field.extensions.get("strawberry-definition")) is not None
        and definition.base_resolver
        and "encode_once" not in (definition.metadata or {})
    }


@contextmanager
def faulty_resolvers(schema: GraphQLSchema, faults: Faults) -> Iterator[dict[str, int]]:
    """Let faults be applied to a schema's resolvers during the block; yield their numbers by coordinate."""
    originals: dict[int, tuple[StrawberryResolver[Any], Any]] = {}
    for resolver in resolvers(schema).values():
        if id(resolver) not in originals:
            originals[id(resolver)] = resolver, resolver.wrapped_func
            resolver.wrapped_func = _wrapped(id(resolver), resolver.wrapped_func, faults)
    try:
        yield {coordinate: id(resolver) for coordinate, resolver in resolvers(schema).items()}
    finally:
        for resolver, original in originals.values():
            resolver.wrapped_func = original


def _wrapped(number: int, function: Any, faults: Faults) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        row = args[0] if args else kwargs.get("root")
        value = function(*args, **kwargs)
        if number != faults.resolver:
            return value
        return later(row, value) if isawaitable(value) else faults.apply(row, value)

    async def later(row: Any, value: Any) -> Any:
        return faults.apply(row, await value)

    return call
