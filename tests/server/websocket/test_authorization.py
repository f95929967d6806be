"""Where a WebSocket's token may be: in ``connection_init``, or in the handshake."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.clients.websocket import ACK, INIT, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD = "Bearer good"
DIFFERENT = (4400, "Two different tokens: send one, in connection_init or in the header Authorization")
NOT_A_STRING = (4400, "connection_init: authorization must be a string")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


# payload | headers of the handshake
SIGNED_IN: list[tuple[Any, list[str]]] = [
    ({"authorization": GOOD}, []),
    ({"Authorization": GOOD}, []),
    ({"AUTHORIZATION": GOOD, "authorization": None}, []),
    ({"headers": {"authorization": GOOD}}, []),
    ({"headers": {"Authorization": GOOD}}, []),
    ({"Headers": {"Authorization": GOOD}, "headers": None}, []),
    (None, [GOOD]),
    ({}, [GOOD]),
    ({"headers": {"x-client": "1"}}, [GOOD]),
    ({"authorization": GOOD, "Authorization": GOOD, "headers": {"authorization": "bearer  good "}}, ["BEARER good"]),
    ({"authorization": GOOD}, ["Basic dXNlcjpwYXNz"]),
]


@pytest.mark.parametrize(("payload", "headers"), SIGNED_IN)
async def test_signed_in(server: FakeApp, payload: Any, headers: list[str]) -> None:
    sent = [("Authorization", value) for value in headers]
    async with open_client(server, additional_headers=sent) as client:
        await client.send({**INIT, "payload": payload}, subscribe("{ who }"))
        assert [await client.receive(), await client.receive()] == [ACK, next_message("1", data={"who": "ada"})]


@pytest.mark.parametrize("payload", [{}, {"headers": {}}, {"headers": {"authorization": None}}, {"token": "good"}])
async def test_signed_out(server: FakeApp, payload: Any) -> None:
    async with open_client(server, additional_headers=[("Authorization", "Basic dXNlcjpwYXNz")]) as client:
        await client.send({**INIT, "payload": payload}, subscribe("{ who }"))
        assert [await client.receive(), await client.receive()] == [ACK, next_message("1", data={"who": None})]


# payload | headers of the handshake | close code and reason
REFUSED: list[tuple[Any, list[str], tuple[int, str]]] = [
    ({"authorization": GOOD, "Authorization": "Bearer other"}, [], DIFFERENT),
    ({"authorization": GOOD, "headers": {"authorization": "Bearer other"}}, [], DIFFERENT),
    ({"authorization": GOOD}, ["Bearer other"], DIFFERENT),
    ({}, [GOOD, "Bearer other"], DIFFERENT),
    ({"authorization": GOOD, "headers": {"Authorization": ""}}, [], DIFFERENT),
    ({}, ["Bearer bad"], (4403, "Forbidden")),
    ({"headers": {"authorization": "Bearer bad"}}, [], (4403, "Forbidden")),
    ({"Authorization": ["Bearer good"]}, [], NOT_A_STRING),
    ({"headers": {"authorization": 5}}, [], NOT_A_STRING),
    ({"headers": [["authorization", GOOD]]}, [], (4400, "connection_init: headers must be an object")),
]


@pytest.mark.parametrize(("payload", "headers", "close"), REFUSED)
async def test_refused(server: FakeApp, payload: Any, headers: list[str], close: tuple[int, str]) -> None:
    sent = [("Authorization", value) for value in headers]
    async with open_client(server, additional_headers=sent) as client:
        await client.send({**INIT, "payload": payload})
        assert await client.wait_closed() == close
