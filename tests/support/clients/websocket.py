"""A client of the ``graphql-transport-ws`` protocol over a real WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.servers.sample_schema import FakeApp
from tests.support.servers.trackers import Server

INIT = {"type": "connection_init"}
ACK = {"type": "connection_ack"}
INIT_AS_ADA = {**INIT, "payload": {"authorization": "Bearer good"}}


class WebSocketClient:
    """A client that sends and receives JSON messages; each message must arrive within ten seconds."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, *messages: Any) -> None:
        for message in messages:
            raw = message if isinstance(message, str | bytes) else json.dumps(message)
            await self.connection.send(raw)

    async def receive(self) -> Any:
        async with asyncio.timeout(10):
            return json.loads(await self.connection.recv())

    async def receive_or_none(self) -> Any:
        """Return the next message, or None if the connection is closed."""
        try:
            return await self.receive()
        except ConnectionClosed:
            return None

    async def wait_closed(self) -> tuple[int, str]:
        """Wait until the connection is closed, ignoring further messages, and return the close code and reason."""
        async with asyncio.timeout(10):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def open_client(
    server: FakeApp, init: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[WebSocketClient]:
    options.setdefault("subprotocols", [Subprotocol("graphql-transport-ws")])
    async with connect(server.ws, open_timeout=10, close_timeout=5, **options) as connection:
        client = WebSocketClient(connection)
        if init is not None:
            await client.send(init)
            assert await client.receive() == ACK
        yield client


def subscribe(query: str, identifier: str = "1", **more: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": identifier, "payload": {"query": query, **more}}


def next_message(identifier: str, **payload: Any) -> dict[str, Any]:
    return {"type": "next", "id": identifier, "payload": payload}


def complete(identifier: str = "1") -> dict[str, Any]:
    return {"type": "complete", "id": identifier}


@asynccontextmanager
async def open_socket(server: Server, token: str) -> AsyncIterator[ClientConnection]:
    """Open a WebSocket and wait until it is acknowledged, without subscribing."""
    address = f"{server.address.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as connection:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await connection.send(json.dumps(init))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        yield connection


async def wait_closed(connection: ClientConnection) -> tuple[int | None, str | None]:
    """Wait until a WebSocket is closed, and return the close code and reason."""
    async with asyncio.timeout(10):
        with suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code, connection.close_reason
