"""Random values for input types: mostly valid, sometimes not."""

from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)

RUBBISH: list[Any] = [None, True, 7, 2**40, 1.5, "rubbish", [], [None], {}, {"nope": 1}]
LEAVES: dict[str, list[Any]] = {
    "String": ["", "x", "é"],
    "ID": ["x", 7],
    "Int": [0, -5, 3.0],
    "Boolean": [True, False],
    "Date": ["2026-09-01", "0000-02-29"],
    "Decimal": ["12.50", "-0"],
}


def random_input(random: Random, input_type: Any, rubbish: float) -> Any:
    """Return a value of a type as JSON has it. ``rubbish`` is the probability that a value is any other."""
    if random.random() < rubbish:
        return random.choice(RUBBISH)
    if is_non_null_type(input_type):
        return _filled(random, input_type.of_type, rubbish)
    return None if random.random() < 0.2 else _filled(random, input_type, rubbish)


def _filled(random: Random, input_type: Any, rubbish: float) -> Any:
    if is_list_type(input_type):
        values = [random_input(random, input_type.of_type, rubbish) for _ in range(random.randrange(4))]
        return values[0] if len(values) == 1 and random.random() < 0.3 else values
    if is_input_object_type(input_type):
        return _object(random, input_type, rubbish)
    if is_enum_type(input_type):
        enum: GraphQLEnumType = input_type
        return random.choice(list(enum.values))
    return random.choice(LEAVES[input_type.name])


def _object(random: Random, input_type: GraphQLInputObjectType, rubbish: float) -> dict[str, Any]:
    fields = input_type.fields
    if input_type.is_one_of and random.random() > rubbish:
        name = random.choice(list(fields))
        return {name: _filled(random, fields[name].type, rubbish)}
    return {
        name: random_input(random, field.type, rubbish)
        for name, field in fields.items()
        if random.random() > (rubbish if is_non_null_type(field.type) else 0.4)
    }
