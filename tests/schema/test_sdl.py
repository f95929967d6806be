"""The promise to clients is a file, and the file is a test."""

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


def test_the_committed_sdl_is_the_schemas() -> None:
    assert SDL.read_text() == sdl(), "write it anew with: .venv/bin/trackers schema > schema/schema.graphql"


def test_every_item_is_described() -> None:
    schema = build_schema(SDL.read_text())
    assert [place for place, description in _items(schema) if not (description or "").strip()] == []


def _items(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
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
                yield from ((f"{name}.{field}({arg})", given.description) for arg, given in entry.args.items())
