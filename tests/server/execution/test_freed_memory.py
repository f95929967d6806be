"""Tests that what an operation has read is freed at its end, and leaves nothing to the garbage collector."""

import gc
from typing import Any

import pytest

from models import Tracker
from schema.context import Context
from server.protocol.messages import Request
from tests.benchmark.data.documents import PAGE, TRACKER, TRACKER_TYPES, VALIDATE
from tests.support.clients.graphql import context_of, executor, gid
from tests.support.scenarios.college import college, create_successfully

DOCUMENTS = {"types": TRACKER_TYPES, "page": PAGE, "tracker": TRACKER, "validate": VALIDATE}


async def _execute(document: str, variables: dict[str, Any], context: Context) -> None:
    operation = executor().prepare(Request(document, variables), context)
    assert "errors" not in await executor().execute(operation, context, "a request")


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_an_operation_leaves_no_cycles_of_objects(database: str, name: str) -> None:
    own = await college()
    number = await create_successfully(own.ada, own.job())
    variables: dict[str, dict[str, Any]] = {
        "types": {},
        "page": {"first": 10},
        "tracker": {"id": gid(await Tracker.get(number=number))},
        "validate": {"input": own.job(description="x")},
    }
    context = await context_of(own.ada)
    await _execute(DOCUMENTS[name], variables[name], context)  # compiles the document, and fills caches
    context = context.for_viewer(context.viewer)
    gc.collect()
    await _execute(DOCUMENTS[name], variables[name], context)
    del context
    assert gc.collect() == 0
