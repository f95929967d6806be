"""The real PostgreSQL of a test run: one server, one migrated template, a database of its own for each test."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from models.database import database as opened
from server.database import upgrade_database
from server.embedded_postgres.server import embedded_postgres
from server.setting_values import database_credentials
from tests.support.databases.memory import data_directory
from tests.support.servers.s3 import CREDENTIALS, Bucket, s3_server

pytest_plugins = ("tests.support.no_skips",)

MARKED_FOLDERS = {
    "clients": pytest.mark.clients,
    "end_to_end": pytest.mark.server,
    "permissions": pytest.mark.slow,
    "server/embedded_postgres": pytest.mark.server,
    "services/demo": pytest.mark.slow,
}
"""Other modules mark themselves, with ``pytestmark``."""

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of whole folders."""
    for folder, mark in MARKED_FOLDERS.items():
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent / folder):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of the PostgreSQL of this run."""
    folder = tmp_path_factory.mktemp("postgres")
    with data_directory(folder) as data, embedded_postgres(data / "data", log=folder / "log", durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_log(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of its log."""
    return tmp_path_factory.getbasetemp() / "postgres0" / "log"


def address(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


async def administer(url: str, *statements: str) -> None:
    """Run statements that are not allowed in a transaction, such as CREATE DATABASE."""
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Return the name of a migrated database with the built-in types, which each test copies."""

    async def make() -> None:
        await administer(postgres, "CREATE DATABASE template_trackers")
        async with opened(database_credentials(address(postgres, "template_trackers"))):
            await upgrade_database()

    asyncio.run(make())
    return "template_trackers"


@asynccontextmanager
async def fresh_database(postgres: str, template: str) -> AsyncIterator[str]:
    """Give the URL of a copy of the template, which is dropped after the block."""
    name = f"test_{next(_numbers)}"
    await administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield address(postgres, name)
    await administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database_url(postgres: str, template: str) -> AsyncIterator[str]:
    """Return the URL of a fresh migrated database."""
    async with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """Bind the models to a fresh migrated database, and return its URL."""
    async with opened(database_credentials(database_url)):
        yield database_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for the state of one server."""
    return tmp_path


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the S3-compatible server of this run."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Return a fresh bucket, for this process and those that it starts."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": s3}.items():
        monkeypatch.setenv(name, value)
    return Bucket(s3, f"bucket-{next(_numbers)}")
