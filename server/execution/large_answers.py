"""The encoding of large answers: in turns, because orjson lets nothing else run, and no larger than is allowed."""

from collections.abc import Iterator
from typing import Any

import orjson

from server.execution.compiled.run import BYTES_PER_UNIT
from server.execution.compiled.turns import Turn
from server.protocol.messages import encode
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded

COST_OF_LARGE_ANSWER = 5_000
"""An answer to an operation that costs less is encoded at once; it has at most some hundred kB, long texts aside."""
_VALUES_AT_ONCE = 2_000


async def encode_in_turns(data: Any, turn: Turn, max_bytes: int) -> Any:
    """Return the ``data`` of an answer as JSON that is spliced into it.

    Raises GraphQLRequestError if there are more than ``max_bytes``.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in _pieces(data):
        pieces.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise GraphQLRequestError([limit_exceeded("answerBytes", "The bytes of the answer", size, max_bytes)])
        if not turn.spend(1 + len(piece) // BYTES_PER_UNIT):
            await turn.next()
    return orjson.Fragment(b"".join(pieces))


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
