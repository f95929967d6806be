"""Conversion of inputs: every input class gets what strawberry's own conversion gives it."""

from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputObjectType
from graphql.utilities import coerce_input_value
from strawberry.types.arguments import convert_argument

from resolvers.schema_root import make_schema
from tests.support.generators.random_inputs import random_input

SCHEMA = make_schema()
TYPES = {name: one for name, one in SCHEMA.graphql_schema.type_map.items() if isinstance(one, GraphQLInputObjectType)}


def converted(name: str, value: object) -> Any:
    converter: Any = SCHEMA.schema_converter
    definition = TYPES[name].extensions["strawberry-definition"]
    return convert_argument(value, definition.origin, converter.scalar_registry, converter.config)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_class_is_made_as_strawberry_makes_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(name)
    values = [coerce_input_value(random_input(random, TYPES[name], 0), TYPES[name]) for _ in range(200)]
    ours = [converted(name, value) for value in values]
    for graphql_type in TYPES.values():
        monkeypatch.setattr(graphql_type.extensions["strawberry-definition"], "from_input", None)
    assert ours == [converted(name, value) for value in values]


def test_lists_are_copied() -> None:
    values = ["A", "B"]
    assert converted("ValueInput", {"choices": values}).choices == values
    assert converted("ValueInput", {"choices": values}).choices is not values
