"""Tests that fields for related rows use data loaders, because a plain Tortoise relation would cause N+1 queries."""

from collections.abc import Iterator
from typing import Any

from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType
from tortoise import Model

import models
from resolvers.schema_root import make_schema


def _object_types() -> Iterator[StrawberryObjectDefinition]:
    for concrete_type in make_schema().schema_converter.type_map.values():
        if isinstance(concrete_type.definition, StrawberryObjectDefinition) and not concrete_type.definition.is_input:
            yield concrete_type.definition


def _named_type(field: StrawberryField) -> Any:
    type_: Any = field.type
    while isinstance(type_, StrawberryContainer):
        type_ = type_.of_type
    return type_.resolve_type() if isinstance(type_, LazyType) else type_


def test_relations_have_resolvers() -> None:
    models_by_name: dict[str, type[Model]] = {
        name: getattr(models, name) for name in models.__all__ if name[0].isupper()
    }
    unresolved_relations = [
        f"{definition.name}.{field.python_name}"
        for definition in _object_types()
        if isinstance(model := models_by_name.get(definition.name), type) and issubclass(model, Model)
        for field in definition.fields
        if field.base_resolver is None and field.python_name in model._meta.fetch_fields
    ]
    assert unresolved_relations == [], "add a resolver that uses a data loader"


def test_fields_from_node_to_node_have_async_resolvers() -> None:
    """Check that such fields are asynchronous, because data loaders batch the queries of concurrent coroutines."""
    nodes = {
        definition.name
        for definition in _object_types()
        if any(interface.name == "Node" for interface in definition.interfaces)
    }
    synchronous_fields = [
        f"{definition.name}.{field.python_name}"
        for definition in _object_types()
        if definition.name in nodes
        for field in definition.fields
        if getattr(getattr(_named_type(field), "__strawberry_definition__", None), "name", None) in nodes
        and (field.base_resolver is None or not field.base_resolver.is_async)
    ]
    assert synchronous_fields == [], "add a resolver that uses a data loader"
