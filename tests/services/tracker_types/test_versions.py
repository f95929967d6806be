"""The versions of types that a process keeps."""

from uuid import UUID

import pytest

from models import TrackerTypeVersion
from services.tracker_types.versions import VersionCache
from tests.support import factories as make
from tests.support.databases.sql_statements import record_statements


@pytest.fixture
async def version_ids(database: str) -> list[UUID]:
    return [(await TrackerTypeVersion.get(type=await make.tracker_type())).id for _ in range(3)]


async def test_what_was_read_is_kept(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=3)
    first = await cache.load(version_ids)
    with record_statements() as statements:
        again = await cache.load(set(version_ids))
    assert statements == []
    assert again == first
    assert {id_: (version.id, version.version) for id_, version in first.items()} == {
        id_: (id_, 1) for id_ in version_ids
    }


async def test_the_least_recently_used_version_is_dropped(version_ids: list[UUID]) -> None:
    old, used, new = version_ids
    cache = VersionCache(max_size=2)
    await cache.load([used, old])
    await cache.load([used])
    await cache.load([new])
    assert [version_id in cache for version_id in (old, used, new)] == [False, True, True]


async def test_more_versions_than_are_kept_are_all_returned(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=1)
    await cache.load(version_ids[:1])
    assert (await cache.load(version_ids)).keys() == set(version_ids)


async def test_unknown_versions_are_left_out(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=1)
    assert await cache.load([UUID(int=1)]) == {}
    assert UUID(int=1) not in cache


async def test_a_cleared_cache_reads_again(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=3)
    versions = await cache.load(version_ids)
    cache.clear()
    assert not any(version_id in cache for version_id in version_ids)
    assert await cache.load(version_ids) == versions
