"""The server that all attacks share, and an address of its own for each test."""

import itertools
from collections.abc import AsyncIterator
from ipaddress import IPv4Address

import pytest
import pytest_asyncio

from tests.support.scenarios.staff import running_with_staff
from tests.support.servers.attacked import Attacked

_addresses = itertools.count(int(IPv4Address("127.10.0.1")))


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def attacked(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attacked]:
    """Run the server that all attacks share, with the staff of one organisation."""
    folder = tmp_path_factory.mktemp("attacked")
    async with running_with_staff(postgres, template, folder) as (server, staff):
        yield Attacked(server, staff)


@pytest.fixture
def network() -> str:
    """Return an address of this machine that no other test uses, which the server takes for a network of its own."""
    return str(IPv4Address(next(_addresses)))
