"""Fixtures for the tests of clients: one server for all of them, and an organisation for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from models.database import database as opened
from server.setting_values import database_credentials
from tests.support.clients.child_process import client_directory
from tests.support.databases.postgres import fresh_database
from tests.support.scenarios.staff import make_staff
from tests.support.scenarios.tenant import Tenant, sign_in_tenant
from tests.support.servers.sites import Site, run_site
from tests.support.servers.trackers import Server, environment, run_server

_numbers = itertools.count(1)


@dataclass(frozen=True)
class ClientsServer:
    """A running server, and the URL of its database."""

    server: Server
    database: str


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    """Run the web server of an application, whose origin may call the API."""
    with client_directory() as directory, run_site(directory) as site:
        yield site


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def clients_server(
    postgres: str, template: str, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ClientsServer]:
    """Run the server that all tests of clients share."""
    folder = tmp_path_factory.mktemp("clients")
    async with fresh_database(postgres, template) as database:
        env = environment(database, TRACKERS_TRUSTED_PROXIES="127.0.0.1", TRACKERS_ALLOWED_ORIGINS=site.origin)
        async with run_server(folder, env) as server:
            yield ClientsServer(server, database)


@pytest.fixture
async def tenant(clients_server: ClientsServer) -> Tenant:
    """Return a new organisation without trackers, whose members are signed in."""
    async with opened(database_credentials(clients_server.database)):
        members = await make_staff(f"tenant-{next(_numbers)}.example")
    return await sign_in_tenant(clients_server.server, members)
