"""The cache of tracker type versions."""

from uuid import UUID

import pytest

from models import TrackerTypeVersion
from services.tracker_types.versions import VersionCache
from tests.support import factories as make
from tests.support.databases.sql_statements import record_statements


@pytest.fixture
async def version_ids(database: str) -> list[UUID]:
    return [(await TrackerTypeVersion.get(type=await make.tracker_type())).id for _ in range(3)]


async def test_cached_versions_are_not_fetched_again(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=3)
    versions = await cache.load(version_ids)
    with record_statements() as statements:
        reloaded = await cache.load(set(version_ids))
    assert statements == []
    assert reloaded == versions
    assert {id_: (version.id, version.version) for id_, version in versions.items()} == {
        id_: (id_, 1) for id_ in version_ids
    }


async def test_the_least_recently_used_version_is_evicted(version_ids: list[UUID]) -> None:
    oldest, recently_used, newest = version_ids
    cache = VersionCache(max_size=2)
    await cache.load([recently_used, oldest])
    await cache.load([recently_used])
    await cache.load([newest])
    assert [version_id in cache for version_id in (oldest, recently_used, newest)] == [False, True, True]


async def test_more_versions_than_the_cache_holds_are_all_returned(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=1)
    await cache.load(version_ids[:1])
    assert (await cache.load(version_ids)).keys() == set(version_ids)


async def test_unknown_versions_are_omitted(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=1)
    assert await cache.load([UUID(int=1)]) == {}
    assert UUID(int=1) not in cache


async def test_an_evicted_version_is_fetched_again(version_ids: list[UUID]) -> None:
    cache = VersionCache(max_size=1)
    first = await cache.load(version_ids[:1])
    await cache.load(version_ids[1:])
    assert version_ids[0] not in cache
    again = await cache.load(version_ids[:1])
    assert again[version_ids[0]].definition == first[version_ids[0]].definition
