"""Tests of ``schema/schema.graphql``, the committed SDL that clients rely on."""

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from resolvers.schema_root import sdl
from tests.support.paths import SDL


def test_the_committed_sdl_is_up_to_date() -> None:
    assert SDL.read_text() == sdl(), "run `make sdl`"


def test_every_element_has_a_description() -> None:
    schema = build_schema(SDL.read_text())
    assert [coordinate for coordinate, description in _descriptions(schema) if not (description or "").strip()] == []


def _descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for name, type_ in schema.type_map.items():
        if is_introspection_type(type_) or is_specified_scalar_type(type_):
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{value}", entry.description) for value, entry in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", entry.description) for field, entry in type_.fields.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field, entry in type_.fields.items():
                yield f"{name}.{field}", entry.description
                yield from ((f"{name}.{field}({arg})", argument.description) for arg, argument in entry.args.items())
