"""A provider that answers whatever a test wants."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from services.sign_on.openid.discovery import Metadata, fetch_metadata
from tests.support.servers.hostile_provider import HostileProvider, hostile_provider

LOCAL = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def provider() -> AsyncIterator[HostileProvider]:
    async with hostile_provider() as running:
        yield running


@pytest.fixture
async def metadata(provider: HostileProvider) -> Metadata:
    return await fetch_metadata(provider.issuer, LOCAL)
