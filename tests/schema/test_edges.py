"""Every edge has a resolver: a bare relation of a row would be read once for each row, silently."""

from collections.abc import Iterator
from typing import Any

from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType
from tortoise import Model

import models
from resolvers.schema_root import make_schema


def _objects() -> Iterator[StrawberryObjectDefinition]:
    for concrete in make_schema().schema_converter.type_map.values():
        if isinstance(concrete.definition, StrawberryObjectDefinition) and not concrete.definition.is_input:
            yield concrete.definition


def _named_type(field: StrawberryField) -> Any:
    type_: Any = field.type
    while isinstance(type_, StrawberryContainer):
        type_ = type_.of_type
    return type_.resolve_type() if isinstance(type_, LazyType) else type_


def test_no_field_without_a_resolver_is_a_relation_of_a_row() -> None:
    rows: dict[str, type[Model]] = {name: getattr(models, name) for name in models.__all__ if name[0].isupper()}
    unwritten = [
        f"{definition.name}.{field.python_name}"
        for definition in _objects()
        if isinstance(row := rows.get(definition.name), type) and issubclass(row, Model)
        for field in definition.fields
        if field.base_resolver is None and field.python_name in row._meta.fetch_fields
    ]
    assert unwritten == [], "write an edge that calls a loader"


def test_every_field_that_leads_to_a_node_has_an_async_resolver() -> None:
    """Fields of nodes that lead to other nodes are awaited, so that a loader can read them in a batch."""
    nodes = {definition.name for definition in _objects() if any(i.name == "Node" for i in definition.interfaces)}
    bare = [
        f"{definition.name}.{field.python_name}"
        for definition in _objects()
        if definition.name in nodes
        for field in definition.fields
        if getattr(getattr(_named_type(field), "__strawberry_definition__", None), "name", None) in nodes
        and (field.base_resolver is None or not field.base_resolver.is_async)
    ]
    assert bare == [], "write an edge that calls a loader"
