"""Coercion of variables: every input type of the schema takes and returns what graphql-core does."""

from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_input_object_type,
    parse,
)
from graphql.execution import VariableValues
from graphql.execution.values import get_variable_values

from resolvers.schema_root import make_schema
from server.execution.compiled.inputs import InputTypes, OperationVariables
from server.execution.compiled.reasons import NotCompiledError
from tests.support.generators.random_inputs import random_input

SCHEMA = make_schema().graphql_schema
INPUTS = sorted(name for name, graphql_type in SCHEMA.type_map.items() if is_input_object_type(graphql_type))
DEFAULTS = "query ($a: Int = 5, $b: [String!] = null, $c: ID, $d: Int!, $e: Int! = 6) { __typename }"


def operation(text: str) -> OperationDefinitionNode:
    (definition,) = parse(text).definitions
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def comparable(values: VariableValues | None) -> Any:
    """Return what is to be the same: each signature has a type object of its own."""
    if values is None:
        return None
    return values.coerced, {name: (str(one.signature.type), one.value) for name, one in values.sources.items()}


def coerced_by_both(text: str, inputs: list[dict[str, Any]]) -> list[VariableValues | None]:
    """Return the coerced values of an operation's variables; None where they are invalid."""
    definition = operation(text)
    variables = OperationVariables(SCHEMA, definition, InputTypes())
    answers: list[VariableValues | None] = []
    for values in inputs:
        expected = get_variable_values(SCHEMA, definition.variable_definitions or (), values)
        answers.append(variables.coerce(values))
        assert comparable(answers[-1]) == (None if isinstance(expected, list) else comparable(expected)), values
    return answers


@pytest.mark.parametrize("name", INPUTS)
def test_values_of_input_types(name: str) -> None:
    random = Random(name)
    for rubbish, text in (
        (0.0, f"query ($v: [{name}!]) {{ __typename }}"),
        (0.05, f"query ($v: {name}) {{ __typename }}"),
    ):
        graphql_type = SCHEMA.type_map[name]
        inputs = [{"v": random_input(random, graphql_type, rubbish)} for _ in range(200)]
        answers = coerced_by_both(text, inputs)
        assert rubbish or None not in answers


def test_defaults_and_missing_values() -> None:
    complete, missing, invalid = coerced_by_both(DEFAULTS, [{"d": 1}, {"c": "x"}, {"d": 1, "e": None}])
    assert complete is not None
    assert complete.coerced == {"a": 5, "b": None, "d": 1, "e": 6}
    assert (missing, invalid) == (None, None)
    coerced_by_both(DEFAULTS, [{"a": None, "b": "x", "c": 7, "d": 1.0, "e": 2, "unknown": 3}, {"d": 1, "b": [None]}])


def test_a_type_that_contains_itself_is_left_to_graphql_core() -> None:
    tree = GraphQLInputObjectType("Tree", lambda: {"tree": GraphQLInputField(tree)})
    schema = GraphQLSchema(types=[tree])
    with pytest.raises(NotCompiledError):
        OperationVariables(schema, operation("query ($tree: Tree) { __typename }"), InputTypes())
