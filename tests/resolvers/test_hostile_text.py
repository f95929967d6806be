"""Hostile text in every argument and input field, which must never cause an internal error."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from models import Member, Role, SignInFailures
from resolvers.schema_root import make_schema
from server.protocol.messages import encode
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import ask

pytestmark = pytest.mark.slow

HOSTILE = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\ufeff\u2028",
    "😀" * 300,
    "'\"`\\;--%_$1{}",
    "e" + "\u0301\u0316" * 100,
    "\u0344" * 5_000,  # grows when it is normalised
    "9" * 5_000,
    "x" * 300_000,
    "NaN",
    "{id}",
    to_global_id("Learner", UUID(int=2**128 - 1)),
]
SCALARS = {
    "String": "JOB",
    "ID": "rubbish",
    "Int": 1,
    "Boolean": False,
    "TrackerStatus": "NEW",
    "TrackerCategory": "FUNDED",
    "FieldKind": "TEXT",
    "MemberKind": "TUTOR",
}
SCHEMA = make_schema().graphql_schema


def text_paths(type_: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the text fields within the type of an argument."""
    named_type = get_named_type(type_)
    if isinstance(named_type, GraphQLInputObjectType):
        for name, field in named_type.fields.items():
            yield from text_paths(field.type, (*path, name))
    elif named_type.name in ("String", "ID"):
        yield path


def value_with_text(type_: Any, path: tuple[str, ...], text: str) -> Any:
    """Return the smallest valid value of a type that contains ``text`` at ``path``."""
    if isinstance(type_, GraphQLNonNull):
        return value_with_text(type_.of_type, path, text)
    if isinstance(type_, GraphQLList):
        return [value_with_text(type_.of_type, path, text)]
    if not isinstance(type_, GraphQLInputObjectType):
        return text
    return minimal_input(type_) | {path[0]: value_with_text(type_.fields[path[0]].type, path[1:], text)}


def minimal_input(type_: GraphQLInputObjectType) -> dict[str, Any]:
    """Return an input object with its required fields only, and with empty lists."""
    required = {name: field.type for name, field in type_.fields.items() if is_required_input_field(field)}
    return {
        name: [] if isinstance(kind.of_type, GraphQLList) else SCALARS[get_named_type(kind).name]
        for name, kind in required.items()
    }


def text_arguments() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield each query and mutation, with an argument and the path of each text field within it."""
    for root, keyword in ((SCHEMA.query_type, "query"), (SCHEMA.mutation_type, "mutation")):
        assert isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items():
            for argument, definition in field.args.items():
                for path in text_paths(definition.type):
                    yield keyword, name, argument, path


def document_and_variables(
    keyword: str, name: str, argument: str, text: str, path: tuple[str, ...]
) -> tuple[str, dict[str, Any]]:
    root = SCHEMA.query_type if keyword == "query" else SCHEMA.mutation_type
    assert isinstance(root, GraphQLObjectType)
    field: GraphQLField = root.fields[name]
    variables = {
        key: value_with_text(definition.type, path, text)
        if key == argument
        else SCALARS[get_named_type(definition.type).name]
        for key, definition in field.args.items()
        if key == argument or is_required_argument(definition)
    }
    declarations = ", ".join(f"${key}: {field.args[key].type}" for key in variables)
    arguments = ", ".join(f"{key}: ${key}" for key in variables)
    selection = "" if get_named_type(field.type).name == "Boolean" else "{ __typename }"
    return f"{keyword} ({declarations}) {{ {name}({arguments}) {selection} }}", variables


@pytest.mark.parametrize(("keyword", "name"), sorted({operation[:2] for operation in text_arguments()}))
async def test_no_text_causes_an_internal_error(database: str, keyword: str, name: str) -> None:
    ada: Member = await make.member(roles=list(Role))
    attempts = 0
    for _, _, argument, path in (operation for operation in text_arguments() if operation[:2] == (keyword, name)):
        for text in HOSTILE:
            document, variables = document_and_variables(keyword, name, argument, text, path)
            answer = await ask(ada, document, **variables)
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert codes <= {"BAD_USER_INPUT"}, (argument, path, text[:20])
            assert encode(answer)
            attempts += 1
        await SignInFailures.all().delete()
    assert attempts >= len(HOSTILE)
