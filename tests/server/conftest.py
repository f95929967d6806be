"""One real server for all tests that only look at what stands around its answers, and one for each file about a page."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from models.database import database
from server.observability.outage import Outage, database_outage
from server.setting_values import database_credentials
from tests.conftest import address, administer, fresh_database
from tests.support.clients.browser import chromium
from tests.support.scenarios.staff import PASSWORD, staff
from tests.support.servers.trackers import SIGN_IN, Server, environment, running


@dataclass(frozen=True)
class Front:
    """A server whose clients come through a proxy on this machine, by TLS, and from the pages of one other origin."""

    server: Server
    client: httpx.Client
    """Signed in as nobody."""

    def sign_in(self) -> dict[str, str]:
        """The header that makes a request Ada's, for ten minutes."""
        body = {"query": SIGN_IN, "variables": {"email": "ada@example.org", "password": PASSWORD}}
        answer = self.client.post("/graphql", json=body).json()
        return {"authorization": f"Bearer {answer['data']['signIn']['session']['accessToken']}"}


FRONT = {
    "TRACKERS_PUBLIC_URL": "https://trackers.example",
    "TRACKERS_TRUSTED_PROXIES": "127.0.0.1",
    "TRACKERS_ALLOWED_ORIGINS": "https://app.example",
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def front(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    """The server, with Ada and Bob."""
    await administer(postgres, f"CREATE DATABASE front TEMPLATE {template}")
    url = address(postgres, "front")
    async with database(database_credentials(url)):
        await staff()
    folder: Path = tmp_path_factory.mktemp("front")
    async with running(folder, environment(url, **FRONT)) as server:
        with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client:
            yield Front(server, client)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server to whose database the models are bound; each test of the file makes an organisation of its own."""
    async with (
        fresh_database(postgres, template) as url,
        database(database_credentials(url)),
        running(tmp_path_factory.mktemp("site"), environment(url)) as server,
    ):
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
def outage() -> Iterator[Outage]:
    """The process's outage of the database, which is over when the test begins and when it ends."""
    database_outage.end()
    yield database_outage
    database_outage.end()
