"""Tests that fields for related rows are edges or use data loaders, and that every field names the columns it reads."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_composite_type
from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType
from tortoise import Model

import models
from resolvers.schema_root import make_schema
from schema.reading.selection import ROW_TYPES, field_needs
from services.row_selection import SelectionBuilder, related_model
from tests.support import factories as make
from tests.support.clients.graphql import ask, gid
from tests.support.scenarios.college import college
from tests.support.scenarios.nodes import ids_of_every_type

LOADED_FIELDS = {"Learner.learning_aims", "Organisation.process_automations", "Tracker.type"}
"""Fields from one node to another that are lists, or not rows of a table."""


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


def test_fields_from_node_to_node_are_edges() -> None:
    """Check that such fields return a row that was read with the page, or one from a loader."""
    nodes = {
        definition.name
        for definition in _object_types()
        if any(interface.name == "Node" for interface in definition.interfaces)
    }
    other_fields = {
        f"{definition.name}.{field.python_name}"
        for definition in _object_types()
        if definition.name in nodes
        for field in definition.fields
        if getattr(getattr(_named_type(field), "__strawberry_definition__", None), "name", None) in nodes
        and "relation" not in field.metadata
    }
    assert other_fields == LOADED_FIELDS, "declare an edge, or use a data loader"


async def test_fields_name_columns_and_relations_of_their_model(database: str) -> None:
    for row_type in ROW_TYPES.values():
        for field in field_needs(row_type).values():
            builder = SelectionBuilder(row_type.model)
            builder.add(field.paths)
            if field.relation:
                assert related_model(row_type.model, field.relation) in ROW_TYPES
                builder.join(field.relation)
            builder.build()  # fails by name on what the model does not have


async def test_every_field_reads_no_more_than_it_names(database: str) -> None:
    """Ask for each field of each row alone: a column that is not selected cannot be read."""
    tenant = await college()
    ada, organisation = tenant.ada, tenant.organisation
    await models.Member.filter(id=ada.id).update(roles=[*ada.roles, models.Role.MANAGE_SETTINGS])
    ids = await ids_of_every_type(tenant)
    tracker = await models.Tracker.get(organisation=organisation)
    comment = await models.Comment.create(
        organisation=organisation, tracker=tracker, author=ada, text="…", created_at=make.now()
    )
    ids["Comment"] = gid(comment)
    types = make_schema().graphql_schema.type_map
    assert {row_type.__name__ for row_type in ROW_TYPES.values()} <= ids.keys()
    for name, row_id in ids.items():
        graphql_type = types[name]
        assert isinstance(graphql_type, GraphQLObjectType)
        for field_name, field in graphql_type.fields.items():
            below = "{ __typename }" if is_composite_type(get_named_type(field.type)) else ""
            document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {field_name} {below} }} }} }}"
            answer = await ask(ada, document, id=row_id)
            assert "errors" not in answer, f"{name}.{field_name} reads a column that it does not name in `needs`"
            assert answer["data"]["node"] is not None
