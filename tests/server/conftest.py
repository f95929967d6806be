"""Fixtures for a server that the tests of middleware and endpoints share, and for servers in browser tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from models.database import database
from server.observability.outage import Outage, database_outage
from server.setting_values import database_credentials
from tests.support.clients.browser import chromium
from tests.support.databases.postgres import administer, fresh_database, with_database
from tests.support.scenarios.staff import make_staff
from tests.support.servers.proxied import ProxiedServer
from tests.support.servers.trackers import Server, environment, run_server

SETTINGS = {
    "TRACKERS_PUBLIC_URL": "https://trackers.example",
    "TRACKERS_TRUSTED_PROXIES": "127.0.0.1",
    "TRACKERS_ALLOWED_ORIGINS": "https://app.example",
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def proxied_server(
    postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ProxiedServer]:
    """Run a server with an organisation whose members are Ada and Bob."""
    await administer(postgres, f"CREATE DATABASE proxied_server TEMPLATE {template}")
    url = with_database(postgres, "proxied_server")
    async with database(database_credentials(url)):
        await make_staff()
    folder: Path = tmp_path_factory.mktemp("proxied_server")
    async with run_server(folder, environment(url, **SETTINGS)) as server:
        with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client:
            yield ProxiedServer(server, client)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Run a server for a test module, with the models connected to its database; each test creates an organisation."""
    async with (
        fresh_database(postgres, template) as url,
        database(database_credentials(url)),
        run_server(tmp_path_factory.mktemp("site"), environment(url)) as server,
    ):
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running_browser:
        yield running_browser


@pytest.fixture
def outage() -> Iterator[Outage]:
    """Yield the process's database outage, and end it before and after the test."""
    database_outage.end()
    yield database_outage
    database_outage.end()
