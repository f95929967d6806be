"""Tests that the address of a WebSocket's client is only taken from the headers of trusted proxies."""

import json
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.clients.websocket import wait_closed
from tests.support.servers.trackers import Server, environment, run_server

pytestmark = pytest.mark.server

TOO_MANY = (4429, "At most 1 connections at a time from one address")
PROTOCOL = [Subprotocol("graphql-transport-ws")]


def connect_from(server: Server, forwarded: str) -> connect:
    address = f"{server.address.replace('http', 'ws', 1)}/graphql"
    headers = {"x-forwarded-for": forwarded}
    return connect(address, subprotocols=PROTOCOL, additional_headers=headers, proxy=None)


async def initialise(connection: ClientConnection) -> None:
    await connection.send(json.dumps({"type": "connection_init"}))
    assert json.loads(await connection.recv()) == {"type": "connection_ack"}


@pytest.mark.parametrize("trusted", [True, False])
async def test_client_address_behind_a_proxy(database: str, folder: Path, trusted: bool) -> None:
    """The last address that is not a trusted proxy's is used, because the client may have forged the ones before it."""
    proxies = "127.0.0.1, 192.0.2.1" if trusted else "192.0.2.1"
    env = environment(database, TRACKERS_SOCKETS_PER_ADDRESS="1", TRACKERS_TRUSTED_PROXIES=proxies)
    async with run_server(folder, env) as server, connect_from(server, "198.51.100.1") as first_client:
        await initialise(first_client)
        async with connect_from(server, "203.0.113.9, 198.51.100.1, 192.0.2.1") as same_client:
            assert await wait_closed(same_client) == TOO_MANY
        async with connect_from(server, "198.51.100.2") as other_client:
            if trusted:
                await initialise(other_client)
            else:
                assert await wait_closed(other_client) == TOO_MANY
