"""Large answers are encoded in pieces, to the same JSON."""

from typing import Any

import orjson
import pytest
from graphql import OperationType

from server.execution.compiled.turns import Turn, Turnstile
from server.execution.large_answers import encode_in_turns
from server.protocol.messages import decode, encode
from server.protocol.request_errors import GraphQLRequestError

ROWS: list[dict[str, Any]] = [
    {"id": f"row{number}", "values": [number, None, "é", {"deep": []}]} for number in range(3_000)
]
DATA: dict[str, Any] = {
    "rows": {"nodes": ROWS, "none": None},
    "null": None,
    "flat": list(range(5_000)),
    "empty": [],
    "text": "x",
    "surrogate": [{"text": "\ud800"}] * 3_000,
    "fragment": [orjson.Fragment(b'{"a":1}')] * 3_000,
}


async def test_an_answer_in_pieces_is_the_same() -> None:
    encoded = await encode_in_turns(DATA, Turn(Turnstile()), 10_000_000, OperationType.QUERY)
    assert decode(encode(encoded)) == decode(encode(DATA))
    assert [name for name, value in encoded.items() if value is None] == ["null"]


async def test_the_bytes_of_an_answer_are_limited_with_all_root_fields() -> None:
    data = {"a": "x" * 600, "b": "x" * 600}
    assert await encode_in_turns(data, Turn(Turnstile()), 1_204, OperationType.QUERY)
    with pytest.raises(GraphQLRequestError) as raised:
        await encode_in_turns(data, Turn(Turnstile()), 1_203, OperationType.MUTATION)
    (error,) = raised.value.formatted["errors"]
    assert error["message"].startswith("The mutation has been executed. The bytes of its answer: 1,204, where at most")
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "answerBytes", "asked": 1_204, "allowed": 1_203}
