"""Fixtures for tests of uploads and downloads: servers of the file endpoints, and an organisation that uses them."""

from collections.abc import AsyncIterator

import pytest

from tests.support.scenarios.college import College, college
from tests.support.servers.file_endpoints import FileServer, run_file_server
from tests.support.servers.file_stores import make_storage


@pytest.fixture(params=["folder", "bucket"])
async def each_server(request: pytest.FixtureRequest, database: str) -> AsyncIterator[FileServer]:
    """Run a server of the file endpoints for each kind of store."""
    async with run_file_server(make_storage(request.param, request)) as running:
        yield running


@pytest.fixture
async def server(request: pytest.FixtureRequest, database: str) -> AsyncIterator[FileServer]:
    """Run a server of the file endpoints that keeps files in a folder."""
    async with run_file_server(make_storage("folder", request)) as running:
        yield running


@pytest.fixture
async def tenant(database: str) -> College:
    return await college()
