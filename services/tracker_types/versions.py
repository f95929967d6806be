"""An in-process cache of tracker type versions, which are immutable."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from models.base import load_json
from models.database import fetch
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_from_document
from services.forms.values import ValueReader, value_readers


@dataclass(frozen=True, eq=False)
class TypeVersion:
    """One version of a tracker type's definition."""

    id: UUID
    version: int
    definition: TypeDefinition

    @cached_property
    def value_readers(self) -> Sequence[tuple[str, ValueReader]]:
        """Return what reads the stored values of this version's fields."""
        return value_readers(self.definition)


class VersionCache:
    """A least-recently-used cache of at most ``max_size`` versions."""

    def __init__(self, max_size: int) -> None:
        self.max_size = max_size
        self._versions: OrderedDict[UUID, TypeVersion] = OrderedDict()

    def __contains__(self, version_id: UUID) -> bool:
        return version_id in self._versions

    def get(self, version_id: UUID) -> TypeVersion | None:
        """Return a version if it is in the cache."""
        version = self._versions.get(version_id)
        if version is not None:
            self._versions.move_to_end(version_id)
        return version

    async def load(self, version_ids: Collection[UUID]) -> Mapping[UUID, TypeVersion]:
        """Return the versions with these ids by id, omitting unknown ids. Fetch all uncached versions with one query."""
        versions = {
            version_id: self._versions[version_id] for version_id in version_ids if version_id in self._versions
        }
        missing = [version_id for version_id in version_ids if version_id not in versions]
        if missing:
            versions |= await _fetch_versions(missing)
        # Another task may have loaded the same version concurrently. The two objects are equal, so either may be cached.
        for version_id, version in versions.items():
            self._versions[version_id] = version
            self._versions.move_to_end(version_id)
        while len(self._versions) > self.max_size:
            self._versions.popitem(last=False)
        return versions


async def _fetch_versions(version_ids: Collection[UUID]) -> dict[UUID, TypeVersion]:
    records = await fetch("SELECT id, version, definition FROM tracker_type_version WHERE id = ANY($1)", version_ids)
    return {
        record["id"]: TypeVersion(
            record["id"], record["version"], definition_from_document(load_json(record["definition"]))
        )
        for record in records
    }


version_cache = VersionCache(max_size=10_000)
"""The cache of this process."""


def cached_version(version_id: UUID) -> TypeVersion | None:
    """Return a version if it is in this process's cache."""
    return version_cache.get(version_id)


async def versions_by_id(version_ids: Collection[UUID]) -> Mapping[UUID, TypeVersion]:
    """Return the versions with these ids by id, using this process's cache."""
    return await version_cache.load(version_ids)


async def warm_version_cache() -> None:
    """Load the newest versions into the cache, so that the first requests do not have to fetch them.

    Fills at most half of the cache.
    """
    newest = await fetch(
        "SELECT v.id FROM tracker_type_version v JOIN tracker_type t ON t.id = v.type_id AND t.version = v.version LIMIT $1",
        version_cache.max_size // 2,
    )
    await version_cache.load([record["id"] for record in newest])
