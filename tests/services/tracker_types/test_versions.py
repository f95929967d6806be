"""The cache of tracker type versions."""

import tracemalloc
from uuid import UUID

import pytest

from models import TrackerTypeVersion
from services.forms.definitions import Choice, ChoiceField, TypeDefinition
from services.forms.documents import definition_to_document
from services.tracker_types.versions import VersionCache
from tests.support import factories as make
from tests.support.databases.sql_statements import record_statements


@pytest.fixture
async def version_ids(database: str) -> list[UUID]:
    return [(await TrackerTypeVersion.get(type=await make.tracker_type())).id for _ in range(3)]


async def cache_for(versions: int, version_ids: list[UUID]) -> VersionCache:
    """Return a cache with room for so many of the versions, which all take the same."""
    whole = VersionCache(max_bytes=1_000_000)
    await whole.load(version_ids)
    return VersionCache(max_bytes=whole.bytes * versions // len(version_ids))


async def test_cached_versions_are_not_fetched_again(version_ids: list[UUID]) -> None:
    cache = await cache_for(3, version_ids)
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
    cache = await cache_for(2, version_ids)
    await cache.load([recently_used, oldest])
    await cache.load([recently_used])
    await cache.load([newest])
    assert [version_id in cache for version_id in (oldest, recently_used, newest)] == [False, True, True]


async def test_more_versions_than_the_cache_holds_are_all_returned(version_ids: list[UUID]) -> None:
    cache = await cache_for(1, version_ids)
    await cache.load(version_ids[:1])
    assert (await cache.load(version_ids)).keys() == set(version_ids)


async def test_unknown_versions_are_omitted(version_ids: list[UUID]) -> None:
    cache = await cache_for(1, version_ids)
    assert await cache.load([UUID(int=1)]) == {}
    assert UUID(int=1) not in cache


async def test_an_evicted_version_is_fetched_again(version_ids: list[UUID]) -> None:
    cache = await cache_for(1, version_ids)
    first = await cache.load(version_ids[:1])
    await cache.load(version_ids[1:])
    assert version_ids[0] not in cache
    again = await cache.load(version_ids[:1])
    assert again[version_ids[0]].definition == first[version_ids[0]].definition


def form_of_choices() -> TypeDefinition:
    choices = tuple(Choice(value=f"value{number}", label=f"Label {number}") for number in range(480))
    return TypeDefinition(fields=tuple(ChoiceField(key=f"list{n}", label="List", choices=choices) for n in range(6)))


async def test_versions_are_kept_up_to_the_memory_that_they_take(database: str) -> None:
    """Many versions of a form with six long lists of choices, each of which takes as much as hundreds of usual forms."""
    document = definition_to_document(form_of_choices())
    type_ = await make.tracker_type()
    versions = [
        await TrackerTypeVersion.create(type=type_, version=number, definition=document) for number in range(2, 22)
    ]
    cache = VersionCache(max_bytes=6_000_000)
    tracemalloc.start()
    try:
        for version in versions:
            loaded = await cache.load([version.id])
            assert len(loaded[version.id].value_readers) == 6  # which is kept with the version
            del loaded
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    kept = sum(version.id in cache for version in versions)
    assert 2 <= kept < len(versions)
    assert cache.bytes <= 6_000_000
    assert taken <= 1.2 * cache.bytes
