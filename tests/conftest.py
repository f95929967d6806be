"""Fixtures for real services: one PostgreSQL server per run, a fresh database per test, and an S3-compatible store."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from models.database import database as connected_models
from server.database import upgrade_database
from server.embedded_postgres.server import embedded_postgres
from server.setting_values import database_credentials
from tests.support.databases.memory import data_directory
from tests.support.databases.postgres import administer, fresh_database, with_database
from tests.support.servers.s3 import CREDENTIALS, Bucket, s3_server

pytest_plugins = ("tests.support.no_skips",)

settings.register_profile("trackers", deadline=None)  # a busy machine is not a failure
settings.load_profile("trackers")

DIRECTORY_MARKS = {
    "clients": pytest.mark.clients,
    "end_to_end": pytest.mark.server,
    "permissions": pytest.mark.slow,
    "server/embedded_postgres": pytest.mark.server,
    "services/demo": pytest.mark.slow,
}
"""The mark for all tests in a directory. Modules in other directories set ``pytestmark``."""
LONG = ("browser", "clients", "server", "slow")
"""The marks of tests that take seconds."""

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Apply ``DIRECTORY_MARKS`` to the collected tests, and let the files with slow ones go first.

    So none of the workers of a run is still busy with a long file when the others have finished.
    """
    root = Path(__file__).parent
    slow_files = set()
    for item in items:
        directory = item.path.parent.relative_to(root).as_posix()
        for prefix, mark in DIRECTORY_MARKS.items():
            if f"{directory}/".startswith(f"{prefix}/"):
                item.add_marker(mark)
        if any(item.get_closest_marker(name) for name in LONG):
            slow_files.add(item.path)
    items.sort(key=lambda item: item.path not in slow_files)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL server for the test session, and yield its URL."""
    directory = tmp_path_factory.mktemp("postgres")
    with (
        data_directory(directory) as data,
        embedded_postgres(data / "data", log=directory / "log", durable=False) as url,
    ):
        yield url


@pytest.fixture(scope="session")
def postgres_log(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the PostgreSQL server's log."""
    return tmp_path_factory.getbasetemp() / "postgres0" / "log"


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Create the template database, migrated and with the built-in tracker types, and return its name."""

    async def create_template() -> None:
        await administer(postgres, "CREATE DATABASE template_trackers")
        async with connected_models(database_credentials(with_database(postgres, "template_trackers"))):
            await upgrade_database()

    asyncio.run(create_template())
    return "template_trackers"


@pytest.fixture
async def database_url(postgres: str, template: str) -> AsyncIterator[str]:
    """Yield the URL of a fresh, migrated database."""
    async with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """Connect the models to a fresh, migrated database, and yield its URL."""
    async with connected_models(database_credentials(database_url)):
        yield database_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a temporary directory for the data of a server."""
    return tmp_path


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start an S3-compatible server for the test session, and yield its URL."""
    with s3_server(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Return a new bucket, and set the environment variables that select it for this process and its children."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": s3}.items():
        monkeypatch.setenv(name, value)
    return Bucket(s3, f"bucket-{next(_numbers)}")
