"""Arguments without variables: what is given to each execution anew, because a resolver could change it."""

from typing import Any

import pytest
import strawberry
from graphql import FieldNode, parse

from server.execution.compiled.calls import Constants, arguments_of
from tests.support.servers.compared_schema import REGISTRY, SCHEMA, Colour


def constants(type_name: str, field: str) -> Constants:
    """Return the arguments of a field that is written like ``name(argument: value)``."""
    definition: Any = parse(f"{{ {field} }}").definitions[0]
    node: FieldNode = definition.selection_set.selections[0]
    object_type: Any = SCHEMA.graphql_schema.get_type(type_name)
    found = arguments_of(object_type.fields[node.name.value], node, REGISTRY.converter, is_converted=True)
    assert isinstance(found, Constants)
    return found


def test_scalars_are_shared() -> None:
    arguments = constants("Query", "animal(number: 3)")
    assert arguments.are_shared
    assert arguments.values() == {"number": 3}
    assert arguments.values() is arguments.values()


@pytest.mark.parametrize(
    ("field", "words"), [('greeting(words: ["good", "day"])', ["good", "day"]), ("greeting", ["hello"])]
)
def test_a_list_is_given_to_each_execution_anew(field: str, words: list[str]) -> None:
    arguments = constants("Dog", field)
    assert not arguments.are_shared
    arguments.values()["words"].append("changed")
    assert arguments.values() == {"words": words, "loud": False}


def test_input_objects_are_given_to_each_execution_anew() -> None:
    @strawberry.input
    class Range:
        numbers: list[int]

    arguments = Constants({"range": Range(numbers=[1]), "colour": Colour.RED})
    first, second = arguments.values(), arguments.values()
    first["range"].numbers.append(2)
    assert second == arguments.values() == {"range": Range(numbers=[1]), "colour": Colour.RED}
    assert first["colour"] is second["colour"] is Colour.RED
