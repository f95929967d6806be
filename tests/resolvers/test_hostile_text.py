"""Whatever text stands wherever text may stand: an answer or a refusal, never a failure."""

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
    "\u0344" * 5_000,  # one that grows when it is normalised
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


def places(type_: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths below an argument where text may stand."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from places(field.type, (*path, name))
    elif named.name in ("String", "ID"):
        yield path


def value(type_: Any, path: tuple[str, ...], text: str) -> Any:
    """A value with a text at a path, and as little beside it as will do."""
    if isinstance(type_, GraphQLNonNull):
        return value(type_.of_type, path, text)
    if isinstance(type_, GraphQLList):
        return [value(type_.of_type, path, text)]
    if not isinstance(type_, GraphQLInputObjectType):
        return text
    return least(type_) | {path[0]: value(type_.fields[path[0]].type, path[1:], text)}


def least(type_: GraphQLInputObjectType) -> dict[str, Any]:
    """What an input must have; of a list nothing."""
    required = {name: field.type for name, field in type_.fields.items() if is_required_input_field(field)}
    return {
        name: [] if isinstance(kind.of_type, GraphQLList) else SCALARS[get_named_type(kind).name]
        for name, kind in required.items()
    }


def questions() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Every root field but the subscriptions', with a place for text below one of its arguments."""
    for root, keyword in ((SCHEMA.query_type, "query"), (SCHEMA.mutation_type, "mutation")):
        assert isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items():
            for argument, given in field.args.items():
                for path in places(given.type):
                    yield keyword, name, argument, path


def asking(keyword: str, name: str, argument: str, text: str, path: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    root = SCHEMA.query_type if keyword == "query" else SCHEMA.mutation_type
    assert isinstance(root, GraphQLObjectType)
    field: GraphQLField = root.fields[name]
    variables = {
        key: value(given.type, path, text) if key == argument else SCALARS[get_named_type(given.type).name]
        for key, given in field.args.items()
        if key == argument or is_required_argument(given)
    }
    declared = ", ".join(f"${key}: {field.args[key].type}" for key in variables)
    given_ = ", ".join(f"{key}: ${key}" for key in variables)
    below = "" if get_named_type(field.type).name == "Boolean" else "{ __typename }"
    return f"{keyword} ({declared}) {{ {name}({given_}) {below} }}", variables


@pytest.mark.parametrize(("keyword", "name"), sorted({question[:2] for question in questions()}))
async def test_no_text_is_a_failure(database: str, keyword: str, name: str) -> None:
    ada: Member = await make.member(roles=list(Role))
    tried = 0
    for _, _, argument, path in (question for question in questions() if question[:2] == (keyword, name)):
        for text in HOSTILE:
            document, variables = asking(keyword, name, argument, text, path)
            answer = await ask(ada, document, **variables)
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert codes <= {"BAD_USER_INPUT"}, (argument, path, text[:20])
            assert encode(answer)
            tried += 1
        await SignInFailures.all().delete()
    assert tried >= len(HOSTILE)
