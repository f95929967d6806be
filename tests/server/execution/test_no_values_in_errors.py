"""Tests that no answer and no log line holds a value of an input, whatever is wrong with the input."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type
from graphql.type import is_input_object_type

from resolvers.schema_root import make_schema
from tests.support import factories as make
from tests.support.clients.graphql import ask

pytestmark = pytest.mark.slow

CANARY = "Zq9hunter2"


def mutations() -> Iterator[tuple[str, str, GraphQLInputObjectType]]:
    """Yield the name, the argument and the input type of each mutation that takes an input object."""
    mutation = make_schema()._schema.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        for argument, definition in field.args.items():
            kind = get_named_type(definition.type)
            if is_input_object_type(kind):
                yield name, argument, kind


def mistakes(kind: GraphQLInputObjectType) -> Iterator[Any]:
    """Yield values of an input type that are wrong in one way each, with the canary in every place that takes text."""
    planted = dict.fromkeys(kind.fields, CANARY)
    yield CANARY
    yield [CANARY]
    yield 12345678987
    yield {"unknown": CANARY}
    yield planted | {"unknown": 1}
    yield planted | {"passwrd": CANARY}
    for name in kind.fields:
        yield {key: value for key, value in planted.items() if key != name}
        for wrong in ([CANARY], {"x": CANARY}, {CANARY[:3]: [CANARY]}, None, 1.5, True):
            yield planted | {name: wrong}


def literal(value: Any) -> str:
    """Return a value as a GraphQL literal."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)


MUTATIONS = [pytest.param(*entry, id=entry[0]) for entry in mutations()]


@pytest.mark.parametrize(("name", "argument", "kind"), MUTATIONS)
async def test_no_answer_holds_a_value(
    database: str, caplog: pytest.LogCaptureFixture, name: str, argument: str, kind: GraphQLInputObjectType
) -> None:
    caplog.set_level(logging.DEBUG)
    with_variable = f"mutation ($value: {kind.name}!) {{ {name}({argument}: $value) {{ __typename }} }}"
    for value in mistakes(kind):
        text = literal(value)
        answers = [
            await ask(None, with_variable, value=value),
            await ask(None, f"mutation {{ {name}({argument}: {text}) {{ __typename }} }}"),
            await ask(
                None, f"mutation ($value: {kind.name} = {text}) {{ {name}({argument}: $value) {{ __typename }} }}"
            ),
            # an enum, and text that is not quoted or not closed
            await ask(None, f"mutation {{ {name}({argument}: {text.replace(json.dumps(CANARY), CANARY)}) {{ a }} }}"),
            await ask(None, f"mutation {{ {name}({argument} {text}) {{ __typename }} }}"),
            await ask(None, f"mutation {{ {name}({argument}: {text[:-2]} {{ __typename }} }}"),
        ]
        for answer in answers:
            assert CANARY not in json.dumps(answer), answer
            assert "errors" in answer or answer["data"], answer
    assert [
        record for record in caplog.records if record.name.startswith("trackers") and CANARY in record.getMessage()
    ] == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("setPassword", ("token", "password")), ("refreshSession", ("refreshToken",)), ("signOut", ("refreshToken",))],
)
async def test_no_answer_holds_a_secret_argument(database: str, name: str, arguments: tuple[str, ...]) -> None:
    right = dict.fromkeys(arguments, CANARY)
    wrong_values = [[CANARY], {"x": CANARY}, 1.5]
    for argument in arguments:
        for value in wrong_values:
            fields = ", ".join(f"{key}: {literal(entry)}" for key, entry in (right | {argument: value}).items())
            enums = fields.replace(json.dumps(CANARY), CANARY)
            declared = f"mutation ($value: String!) {{ {name}({argument}: $value) {{ __typename }} }}"
            for answer in (
                await ask(None, f"mutation {{ {name}({fields}) {{ __typename }} }}"),
                await ask(None, f"mutation {{ {name}({enums}) {{ __typename }} }}"),
                await ask(None, f"mutation {{ {name}({fields}, passwrd: {literal(CANARY)}) {{ __typename }} }}"),
                await ask(None, declared, value=value),
            ):
                assert answer["errors"]
                assert CANARY not in json.dumps(answer), answer


async def test_an_unknown_field_beside_a_password_is_named_alone(database: str) -> None:
    answer = await ask(
        await make.member(),
        "mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }",
        input={"email": "ann@acme.example", "password": CANARY, "remember": True},
    )
    assert answer == {
        "errors": [
            {
                "message": "Variable '$input': Expected value of type 'SignInInput' not to include unknown field 'remember'.",
                "locations": [{"line": 1, "column": 11}],
                "extensions": {"code": "BAD_USER_INPUT", "path": ["input"]},
            }
        ]
    }
