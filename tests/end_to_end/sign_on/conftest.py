"""A server that signs on with providers of this machine, and a provider, which the tests of a run share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from models.database import database
from server.setting_values import database_credentials
from tests.support.databases.postgres import administer, with_database
from tests.support.servers.provider import Provider, run_provider
from tests.support.servers.trackers import Server, environment, run_server


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def provider() -> AsyncIterator[Provider]:
    async with run_provider() as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def server(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    await administer(postgres, f"CREATE DATABASE sign_on TEMPLATE {template}")
    url = with_database(postgres, "sign_on")
    folder = tmp_path_factory.mktemp("sign_on")
    settings = {"TRACKERS_SIGN_ON_NETWORKS": "127.0.0.0/8", "TRACKERS_ALLOWED_ORIGINS": "https://app.example"}
    async with database(database_credentials(url)), run_server(folder, environment(url, **settings)) as running:
        yield running
