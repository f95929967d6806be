"""The check that all servers give the same answers before anything is measured."""

from collections.abc import Sequence

import orjson

from tests.benchmark.data.database import Size
from tests.benchmark.data.workloads import Json, Workload
from tests.benchmark.servers import Server, send_once

COMPARED = 5
"""How many of a workload's different requests are compared."""


class DifferentAnswersError(Exception):
    """Raised when two servers answer the same request differently, which would make every comparison worthless."""


async def check_answers(servers: Sequence[Server], workloads: Sequence[Workload], size: Size) -> None:
    """Send the same requests to each server. Raises DifferentAnswersError if answers differ or have errors."""
    for workload in workloads:
        able = [server for server in servers if workload.name not in server.kind.lacks]
        for variables in workload.variables(size)[:COMPARED]:
            answers = [await _answer(server, workload, variables) for server in able]
            for server, answer in zip(able, answers, strict=True):
                if not _is_same(answers[0], answer, server) or not answers[0].startswith(b'{"data":{'):
                    raise DifferentAnswersError(_describe(able[0], answers[0], server, answer, workload))


def _is_same(expected: bytes, actual: bytes, server: Server) -> bool:
    if server.kind.same_bytes or expected == actual:
        return expected == actual
    return bool(orjson.loads(expected) == orjson.loads(actual))


async def _answer(server: Server, workload: Workload, variables: Json) -> bytes:
    answer = await send_once(server, workload, variables)
    return _without_new_id(answer) if workload.writes else answer


def _without_new_id(answer: bytes) -> bytes:
    """Return the answer with a mark in place of the new tracker's id. Its number is the same on fresh copies."""
    try:
        tracker_id = orjson.loads(answer)["data"]["createTracker"]["tracker"]["id"]
    except (KeyError, TypeError):
        return answer
    return answer.replace(tracker_id.encode(), b"new")


def _describe(first: Server, expected: bytes, other: Server, actual: bytes, workload: Workload) -> str:
    place = next((n for n, pair in enumerate(zip(expected, actual, strict=False)) if pair[0] != pair[1]), None)
    start = max(0, min(len(expected), len(actual)) if place is None else place - 60)
    return (
        f"{workload.name}: {first.kind.name} and {other.kind.name} answer differently at byte {start}:\n"
        f"{expected[start : start + 200]!r}\n{actual[start : start + 200]!r}"
    )
