"""The encoding of large answers: in turns, because orjson lets nothing else run, and no larger than is allowed."""

from collections.abc import Iterator
from typing import Any

import orjson
from graphql import OperationType

from server.execution.compiled.run import BYTES_PER_UNIT
from server.execution.compiled.turns import Turn
from server.protocol.messages import encode
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded

COST_OF_LARGE_ANSWER = 5_000
"""An answer to an operation that costs less is encoded at once; it has at most some hundred kB, long texts aside."""
_VALUES_AT_ONCE = 2_000


async def encode_in_turns(
    data: dict[str, Any], turn: Turn, max_bytes: int, operation_type: OperationType
) -> dict[str, Any]:
    """Return the ``data`` of an answer with its root fields as JSON that is spliced into it; null stays None.

    Raises GraphQLRequestError if they have more than ``max_bytes``.
    """
    is_mutation = operation_type is OperationType.MUTATION
    subject = "The mutation has been executed. The bytes of its answer" if is_mutation else "The bytes of the answer"
    encoded: dict[str, Any] = dict.fromkeys(data)
    size = 0
    for name, value in data.items():
        pieces: list[bytes] = []
        for piece in _pieces(value) if value is not None else ():
            pieces.append(piece)
            size += len(piece)
            if size > max_bytes:
                raise GraphQLRequestError([limit_exceeded("answerBytes", subject, size, max_bytes)])
            if not turn.spend(1 + len(piece) // BYTES_PER_UNIT):
                await turn.next()
        if pieces:
            encoded[name] = orjson.Fragment(b"".join(pieces))
    return encoded


def _pieces(value: Any) -> Iterator[bytes]:
    """Yield the JSON of a value in pieces of some ``_VALUES_AT_ONCE`` values at most."""
    if not isinstance(value, dict | list) or not _has_many_values(value):
        yield encode(value)
    elif isinstance(value, dict):
        for index, (name, entry) in enumerate(value.items()):
            yield (b"," if index else b"{") + encode(name) + b":"
            yield from _pieces(entry)
        yield b"}"
    else:
        for index, entry in enumerate(value):
            yield b"," if index else b"["
            yield from _pieces(entry)
        yield b"]"


def _has_many_values(value: dict[str, Any] | list[Any]) -> bool:
    pending = [value]
    count = 0
    for container in pending:  # which grows meanwhile
        count += len(container)
        if count > _VALUES_AT_ONCE:
            return True
        entries = container.values() if isinstance(container, dict) else container
        pending += [entry for entry in entries if type(entry) is dict or type(entry) is list]
    return False
