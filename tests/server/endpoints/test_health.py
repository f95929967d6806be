"""Tests of the health checks of the process and its database."""

import httpx
import pytest
from starlette.applications import Starlette

from models.database import database, migrate
from server.endpoints.health import health_routes
from server.setting_values import database_credentials
from tests.support.databases.postgres import administer, with_database
from tests.support.servers.proxied import ProxiedServer

pytestmark = pytest.mark.server


@pytest.mark.parametrize(("path", "line"), [("/health/live", "live\n"), ("/health/ready", "ready\n")])
def test_healthy_server(proxied_server: ProxiedServer, path: str, line: str) -> None:
    response, head = proxied_server.client.get(path), proxied_server.client.head(path)
    assert (response.status_code, response.text) == (200, line)
    assert (head.status_code, head.text, head.headers["content-length"]) == (200, "", str(len(line)))
    assert response.headers["cache-control"] == head.headers["cache-control"] == "no-store"


async def test_database_without_migrations(postgres: str) -> None:
    await administer(postgres, "CREATE DATABASE unmigrated")
    app = Starlette(routes=list(health_routes()))
    async with (
        database(database_credentials(with_database(postgres, "unmigrated"))),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.example") as client,
    ):
        unmigrated, live = await client.get("/health/ready"), await client.get("/health/live")
        await migrate()
        migrated = await client.get("/health/ready")
    await administer(postgres, "DROP DATABASE unmigrated WITH (FORCE)")
    assert (unmigrated.status_code, unmigrated.text[:41]) == (503, "the database lacks 0001_initial, 0002_sea")
    assert (live.status_code, live.text) == (200, "live\n")
    assert (migrated.status_code, migrated.text) == (200, "ready\n")
