"""Tests of database outages, in which a real PostgreSQL stops and restarts while the server runs."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import strawberry
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models.database import database
from schema.declaration.base import Schema
from server.database import upgrade_database
from server.embedded_postgres.server import embedded_postgres
from server.execution.executor import GraphQLExecutor
from server.observability.outage import Outage
from server.protocol import errors
from server.protocol.media_types import GRAPHQL
from server.protocol.messages import Request
from server.setting_values import database_credentials
from tests.support.scenarios.staff import PASSWORD, make_staff
from tests.support.servers.log_lines import read_lines
from tests.support.servers.metrics import sample_key, samples
from tests.support.servers.sample_schema import ADA as ADA_CONTEXT
from tests.support.servers.trackers import Server, environment, run_server

pytestmark = pytest.mark.server

VIEWER = "{ viewer { member { name } } }"
SIGN_IN = 'mutation { signIn(input: {email: "ada@example.org", password: "wrong"}) { errors { code } } }'
ADA = {"data": {"viewer": {"member": {"name": "Ada"}}}}
MESSAGE = "The database does not answer now. Try again in a few seconds."
EXTENSIONS = {"code": "SERVICE_UNAVAILABLE", "retryAfter": 5}
UNAVAILABLE = {"message": MESSAGE, "extensions": EXTENSIONS}


class Postgres:
    """A PostgreSQL server for one test, which can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        self.url = ""

    def start(self) -> None:
        self.url = self._running.enter_context(
            embedded_postgres(self._folder / "data", log=self._folder / "log", durable=False)
        )

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def own_postgres(folder: Path) -> Iterator[Postgres]:
    (folder / "database").mkdir()
    postgres = Postgres(folder / "database")
    postgres.start()
    yield postgres
    postgres.stop()


async def post(server: Server, document: str, token: str | None = None, **headers: str) -> httpx.Response:
    if token:
        headers["authorization"] = f"Bearer {token}"
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        return await client.post(f"{server.address}/graphql", json={"query": document}, headers=headers)


async def test_outage_under_a_running_server(own_postgres: Postgres, folder: Path) -> None:
    async with database(database_credentials(own_postgres.url)):
        await upgrade_database()
        await make_staff()
    async with run_server(folder, environment(own_postgres.url)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        async with server.subscribe(token, "trackerAssigned") as subscription:
            own_postgres.stop()
            await _check_http(server, token)
            await _check_open_websocket(subscription.connection)
            await _check_new_websocket(server, token)
            own_postgres.start()
            await _wait_for_recovery(server, token)
            # The server and the WebSocket keep working: only the operation in progress may have ended.
            await _send(subscription.connection, "3", VIEWER)
            assert await _receive(subscription.connection, "3") == {"type": "next", "id": "3", "payload": ADA}
        assert await server.stop() == 0
        _check_log(server.log)


async def _check_http(server: Server, token: str) -> None:
    for answer in [await post(server, VIEWER, token) for _ in range(3)]:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json() == {"errors": [UNAVAILABLE]}
    # Status codes of the GraphQL over HTTP specification: 503 if the server cannot execute requests at this time.
    answer = await post(server, VIEWER, token, accept=GRAPHQL)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (answer.headers["content-type"], answer.json()) == (f"{GRAPHQL}; charset=utf-8", {"errors": [UNAVAILABLE]})
    # Without a session, the request is not authenticated, so it reaches the resolver.
    location = {"locations": [{"line": 1, "column": 12}], "path": ["signIn"]}
    result = {"data": {"signIn": None}, "errors": [{**UNAVAILABLE, **location}]}
    response = await post(server, SIGN_IN)
    assert (response.status_code, response.headers["retry-after"], response.json()) == (503, "5", result)
    response = await post(server, SIGN_IN, accept=GRAPHQL)
    assert (response.status_code, response.json()) == (294, result)
    async with httpx.AsyncClient(base_url=server.address, timeout=30, trust_env=False) as client:
        upload = await client.post("/files?type=JOB&field=evidence", headers={"authorization": f"Bearer {token}"})
        assert (upload.status_code, upload.headers["retry-after"], upload.json()) == (
            503,
            "5",
            {"errors": [UNAVAILABLE]},
        )
        ready, live, metrics = [await client.get(path) for path in ("/health/ready", "/health/live", "/metrics")]
    assert (ready.status_code, ready.text) == (503, "the database does not answer\n")
    assert live.status_code == 200
    values = samples(metrics.text)
    assert values[sample_key("trackers_database_up")] == 0
    assert values[sample_key("trackers_errors_total", code="SERVICE_UNAVAILABLE")] >= 5
    assert sample_key("trackers_outbox_oldest_age_seconds") not in values


async def _check_open_websocket(connection: Any) -> None:
    await _send(connection, "2", VIEWER)
    assert await _receive(connection, "2") == {"type": "error", "id": "2", "payload": [UNAVAILABLE]}


async def _check_new_websocket(server: Server, token: str) -> None:
    """Check that a new WebSocket is closed with code 1013, so that clients reconnect."""
    socket = f"{server.address.replace('http', 'ws', 1)}/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(socket, subprotocols=[protocol], proxy=None, close_timeout=5) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        await connection.wait_closed()
        assert (connection.close_code, connection.close_reason) == (1013, "Try again later")


async def _send(connection: Any, identifier: str, query: str) -> None:
    await connection.send(json.dumps({"type": "subscribe", "id": identifier, "payload": {"query": query}}))


async def _receive(connection: Any, identifier: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Any] = json.loads(await connection.recv())
            if message["id"] == identifier:
                return message
            assert (message["id"], message["type"]) == ("1", "error"), message


async def _wait_for_recovery(server: Server, token: str) -> None:
    async with asyncio.timeout(30):
        while (answer := await post(server, VIEWER, token)).status_code == 503:
            await asyncio.sleep(0.2)
    assert (answer.status_code, answer.json()) == (200, ADA)
    while not any(line["event"].startswith("the database answers again") for line in read_lines(server.log)):
        await asyncio.sleep(0.1)


def _check_log(log: Path) -> None:
    # A line may also say that the wake-up for the mail about the new device was lost, if the outage was quicker.
    outages = [
        (line["level"], re.split("[:,] ", line["event"])[0])
        for line in read_lines(log)
        if line["logger"] == "trackers.database" and not line["event"].startswith("wake-ups could not be sent")
    ]
    assert outages == [("error", "the database does not answer"), ("warning", "the database answers again")]
    assert [line for line in read_lines(log) if line["logger"] == "trackers.errors"] == []
    statuses = [
        line["status"] for line in read_lines(log) if line["logger"] == "trackers.requests" and line["status"] >= 500
    ]
    assert len(statuses) >= 5
    assert set(statuses) == {503}


@strawberry.type
class Query:
    @strawberry.field
    def healthy(self) -> str:
        return "healthy"

    @strawberry.field
    def optional(self) -> str | None:
        raise asyncpg.AdminShutdownError("hunter2")

    @strawberry.field
    def required(self) -> str:
        raise asyncpg.AdminShutdownError("hunter2")


@pytest.mark.parametrize(
    ("query", "data", "status"),
    [
        ("{ healthy optional }", {"healthy": "healthy", "optional": None}, 200),
        ("{ optional }", {"optional": None}, 503),
        ("{ healthy required }", None, 503),
    ],
)
async def test_outage_in_the_middle_of_an_operation(
    query: str, data: Any, status: int, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    """The result keeps the data that was read before the outage. If there is none, the status is 503."""
    executor = GraphQLExecutor(Schema(Query))
    answer = await executor.execute(executor.prepare(Request(query), ADA_CONTEXT), ADA_CONTEXT, "r1")
    (error,) = answer["errors"]
    assert error.pop("locations")
    assert error == {**UNAVAILABLE, "path": [query.split()[-2]]}
    assert (answer["data"], errors.http_status(answer)) == (data, status)
    assert caplog.messages == ["the database does not answer: AdminShutdownError"]
