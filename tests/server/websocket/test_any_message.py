"""Property-based test: any messages leave the connection open or close it with a known code, without errors."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.clients.websocket import INIT, complete, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PONG = {"type": "pong", "payload": {"end": True}}
CODES = {4400, 4401, 4403, 4409, 4429}
TYPES = ["connection_init", "connection_ack", "ping", "pong", "subscribe", "next", "error", "complete"]

texts = st.text(max_size=5) | st.sampled_from(["1", "\ud800", "\x00"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(texts, children, max_size=3),
    max_leaves=6,
)
queries = st.sampled_from(["{ hello }", "{ nope }", "{", "subscription { wait }", "mutation { write(text: 1) }"])
requests = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("variables", "operationName", "extensions"), json_values)
    | {"query": queries | json_values},
)
messages = json_values | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES) | json_values,
        "id": texts | json_values,
        "payload": requests | json_values,
    },
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@given(st.lists(messages, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_messages(
    server: FakeApp, caplog: pytest.LogCaptureFixture, sent: list[Any], initialised: bool
) -> None:
    caplog.clear()
    async with open_client(server, INIT if initialised else None) as client:
        await client.send(*(json.dumps(message) for message in sent))
        await client.send({**PONG, "type": "ping"})
        while (answer := await client.receive_or_none()) not in (PONG, None):
            assert answer["type"] in {"next", "error", "complete", "pong", "connection_ack"}
        if answer is None:
            assert client.connection.close_code in CODES
    async with open_client(server, INIT) as another:
        await another.send(subscribe("{ hello }"))
        assert [await another.receive(), await another.receive()] == [
            next_message("1", data={"hello": "Hello you"}),
            complete(),
        ]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
