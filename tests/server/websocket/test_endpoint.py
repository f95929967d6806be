"""Tests of the handshake and the close codes of the ``graphql-transport-ws`` subprotocol."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from server.protocol.origins import REFUSAL
from server.websocket.limits import SocketLimits
from tests.support.clients.websocket import ACK, INIT, INIT_AS_ADA, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {}}, {"payload": {"authorization": None}}])
async def test_connection_is_acknowledged(server: FakeApp, payload: dict[str, Any]) -> None:
    server.contexts.clear()
    async with open_client(server) as client:
        await client.send({**INIT, **payload})
        assert await client.receive() == ACK
        assert client.connection.subprotocol == "graphql-transport-ws"
        assert server.contexts == [(None, "127.0.0.1")]


NO_ID = "subscribe: id must be a non-empty string"
TYPES = "type must be one that a client sends: complete, connection_init, ping, pong, subscribe"

TOO_LONG = "Forbidden: messages without a session must be shorter"

# messages, sent in this order | close code | reason
CLOSE_CASES: list[tuple[list[Any], int, str]] = [
    ([INIT, INIT], 4429, "Too many initialisation requests"),
    ([subscribe("{ hello }")], 4401, "Unauthorized"),
    ([{"type": "ping"}, subscribe("{ hello }")], 4401, "Unauthorized"),
    ([{**INIT, "payload": {"authorization": "Bearer bad"}}], 4403, "Forbidden"),
    ([{**INIT, "payload": {"authorization": ""}}], 4403, "Forbidden"),
    (
        [{**INIT, "payload": {"authorization": ["Bearer good"]}}],
        4400,
        "connection_init: authorization must be a string",
    ),
    ([{**INIT, "payload": []}], 4400, "connection_init: payload must be an object"),
    ([{**INIT, "payload": 5}], 4400, "connection_init: payload must be an object"),
    (["[]"], 4400, "A message must be an object"),
    (["5"], 4400, "A message must be an object"),
    (["null"], 4400, "A message must be an object"),
    (["{"], 4400, "The request is not valid JSON"),
    ([""], 4400, "The request is not valid JSON"),
    (["[" * 16_384], 4400, "The request is not valid JSON"),
    (["[" * 16_385], 4403, TOO_LONG),
    ([b'{"type":"connection_init"}'], 4400, "Binary messages are not part of the protocol"),
    (["{}"], 4400, TYPES),
    (
        [{"type": "next", "id": "1", "payload": {}}],
        4400,
        TYPES,
    ),
    (
        [{"type": ["ping"]}],
        4400,
        TYPES,
    ),
    ([{"type": "ping", "payload": 1}], 4400, "ping: payload must be an object"),
    ([INIT, {"type": "subscribe", "payload": {"query": "{hello}"}}], 4400, NO_ID),
    ([INIT, subscribe("{ hello }", identifier="")], 4400, NO_ID),
    ([INIT, {**subscribe("{ hello }"), "id": ["1"]}], 4400, NO_ID),
    ([INIT, {**subscribe("{ hello }"), "id": 1}], 4400, NO_ID),
    ([INIT, {"type": "subscribe", "id": "1"}], 4400, "subscribe: payload must be an object"),
    ([INIT, {"type": "subscribe", "id": "1", "payload": None}], 4400, "subscribe: payload must be an object"),
    ([INIT, {"type": "subscribe", "id": "1", "payload": {}}], 4400, "query is missing"),
    ([INIT, subscribe("{ hello }", variables=[])], 4400, "variables must be an object"),
    ([INIT, subscribe("{ hello }", operationName=1)], 4400, "operationName must be a string"),
    ([INIT, {"type": "complete"}], 4400, "complete: id must be a non-empty string"),
    ([INIT, subscribe("subscription { wait }"), subscribe("{ hello }")], 4409, "Subscriber for 1 already exists"),
    (
        [INIT, subscribe("subscription { wait }", "é" * 100), subscribe("{ hello }", "é" * 100)],
        4409,
        "Subscriber for " + "é" * 54,
    ),
    ([INIT, "x" * 16_385], 4403, TOO_LONG),
    ([{"type": "ping", "payload": {"a": "x" * 4_096}}], 4400, "ping: a message may have at most 4096 characters"),
]


@pytest.mark.parametrize(("messages", "code", "reason"), CLOSE_CASES, ids=lambda value: str(value)[:60])
async def test_close_codes(
    server: FakeApp, messages: list[Any], code: int, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_client(server) as client:
        await client.send(*messages)
        assert await client.wait_closed() == (code, reason)
    async with open_client(server, INIT) as another:
        await another.send(subscribe("{ hello }"))
        assert await another.receive() == next_message("1", data={"hello": "Hello you"})
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("offered", [None, [Subprotocol("graphql-ws")]])
async def test_unsupported_subprotocol(server: FakeApp, offered: list[Subprotocol] | None) -> None:
    async with open_client(server, subprotocols=offered) as client:
        assert await client.wait_closed() == (4406, "Subprotocol not acceptable")


async def test_initialisation_times_out() -> None:
    async with sample_api(socket_limits=SocketLimits(init_timeout=0.05)) as server, open_client(server) as client:
        assert await client.wait_closed() == (4408, "Connection initialisation timeout")


async def test_messages_of_members_are_longer(server: FakeApp) -> None:
    async with open_client(server, INIT_AS_ADA) as client:
        await client.send(subscribe("{ hello } #".ljust(90_000, "x")))
        assert await client.receive() == next_message("1", data={"hello": "Hello you"})
        await client.send("x" * 1_048_577)
        assert await client.wait_closed() == (1009, "Message too long")


async def test_origins(caplog: pytest.LogCaptureFixture) -> None:
    async with sample_api(allowed_origins=("https://app.example",)) as server:
        own = server.url.removesuffix("/graphql")
        for origin in (own, own.replace("http", "https", 1), "https://app.example", "HTTPS://APP.EXAMPLE"):
            async with open_client(server, INIT, origin=Origin(origin)):
                pass
        for origin in ("https://evil.example", "null", "http://127.0.0.1", "https://app.example.evil.example", ""):
            with pytest.raises(InvalidStatus) as refused:
                async with open_client(server, origin=Origin(origin)):
                    pass
            assert refused.value.response.status_code == 403
            assert json.loads(refused.value.response.body or b"") == {
                "errors": [{"message": REFUSAL, "extensions": {"code": "FORBIDDEN"}}]
            }
    # A page of another origin is no error of this server, and cannot fill its log.
    assert [record.message for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == [
        "a page of an origin that TRACKERS_ALLOWED_ORIGINS does not list was refused"
    ]


async def test_ping(server: FakeApp) -> None:
    async with open_client(server) as client:
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}
        await client.send(
            {"type": "pong"}, {"type": "pong", "payload": {"a": 1}}, {"type": "ping", "payload": {"b": 2}}
        )
        assert await client.receive() == {"type": "pong", "payload": {"b": 2}}
