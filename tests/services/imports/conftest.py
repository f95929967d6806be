"""Fixtures for imports: the training provider, its administrator, and a writer of ILR returns."""

from pathlib import Path

import pytest

from models import Member, Organisation
from tests.support import factories
from tests.support.scenarios.imports import WriteReturn, return_writer


@pytest.fixture
async def provider(database: str) -> Organisation:
    return await factories.organisation("Provider")


@pytest.fixture
async def admin(provider: Organisation) -> Member:
    return await factories.member(provider, email="admin@example.org")


@pytest.fixture
def write_return(tmp_path: Path) -> WriteReturn:
    """Return a function that writes an ILR return with these learners to a file."""
    return return_writer(tmp_path)
