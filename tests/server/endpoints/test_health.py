"""Tests of the health checks of the process and its database."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from models.database import database, migrate
from server.endpoints.health import health_routes
from server.setting_values import database_credentials
from services.notifications.listener import ListenState
from tests.support.databases.postgres import administer, with_database
from tests.support.databases.sql_statements import record_statements
from tests.support.servers.proxied import ProxiedServer

pytestmark = pytest.mark.server


def listen_state(*, is_listening: bool) -> ListenState:
    state = ListenState(is_listening=is_listening)
    state.has_listened.set()
    return state


@pytest.mark.parametrize(("path", "line"), [("/health/live", "live\n"), ("/health/ready", "ready\n")])
def test_healthy_server(proxied_server: ProxiedServer, path: str, line: str) -> None:
    response, head = proxied_server.client.get(path), proxied_server.client.head(path)
    assert (response.status_code, response.text) == (200, line)
    assert (head.status_code, head.text, head.headers["content-length"]) == (200, "", str(len(line)))
    assert response.headers["cache-control"] == head.headers["cache-control"] == "no-store"


async def test_database_without_migrations(postgres: str) -> None:
    await administer(postgres, "CREATE DATABASE unmigrated")
    app = Starlette(routes=list(health_routes(listen_state(is_listening=True))))
    async with (
        database(database_credentials(with_database(postgres, "unmigrated"))),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client,
    ):
        unmigrated, live = await client.get("/health/ready"), await client.get("/health/live")
        await migrate()
        await asyncio.sleep(1)
        migrated = await client.get("/health/ready")
    await administer(postgres, "DROP DATABASE unmigrated WITH (FORCE)")
    assert (unmigrated.status_code, unmigrated.text[:41]) == (503, "the database lacks 0001_initial, 0002_sea")
    assert (live.status_code, live.text) == (200, "live\n")
    assert (migrated.status_code, migrated.text) == (200, "ready\n")


async def test_all_who_ask_share_one_answer_of_the_database(database: str) -> None:
    app = Starlette(routes=list(health_routes(listen_state(is_listening=True))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client:
        with record_statements() as first:
            await client.get("/health/ready")
        await asyncio.sleep(1)
        with record_statements() as statements:
            responses = await asyncio.gather(*(client.get("/health/ready") for _ in range(50)))
            responses.append(await client.get("/health/ready"))
    assert {(response.status_code, response.text) for response in responses} == {(200, "ready\n")}
    assert statements == first


@pytest.mark.parametrize(
    ("state", "status", "line"),
    [
        (ListenState(), 503, "LISTEN is not connected: check TRACKERS_LISTEN_URL\n"),
        (listen_state(is_listening=False), 200, "ready, but LISTEN is not connected: notifications are late\n"),
    ],
)
async def test_readiness_without_listen(database: str, state: ListenState, status: int, line: str) -> None:
    app = Starlette(routes=list(health_routes(state)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client:
        response = await client.get("/health/ready")
    assert (response.status_code, response.text) == (status, line)
