"""The versions of tracker types that this process has read: a version never changes, so it needs reading only once."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from models.base import load_json
from models.database import fetch
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_from_document


@dataclass(frozen=True, slots=True)
class TypeVersion:
    """One version of a type's definition."""

    id: UUID
    version: int
    definition: TypeDefinition


class VersionCache:
    """Read versions and keep them; beyond ``max_size`` the least recently used ones are dropped."""

    def __init__(self, max_size: int) -> None:
        self.max_size = max_size
        self._versions: OrderedDict[UUID, TypeVersion] = OrderedDict()

    def __contains__(self, version_id: UUID) -> bool:
        return version_id in self._versions

    def clear(self) -> None:
        """Drop all versions, as if none had been read."""
        self._versions.clear()

    async def load(self, version_ids: Collection[UUID]) -> Mapping[UUID, TypeVersion]:
        """Return the versions by id, with one statement for those that are not kept; an unknown id is left out."""
        versions = {
            version_id: self._versions[version_id] for version_id in version_ids if version_id in self._versions
        }
        missing = [version_id for version_id in version_ids if version_id not in versions]
        if missing:
            versions |= await _read(missing)
        # Another task may have read the same version meanwhile; the two objects are equal, so either may stay.
        for version_id, version in versions.items():
            self._versions[version_id] = version
            self._versions.move_to_end(version_id)
        while len(self._versions) > self.max_size:
            self._versions.popitem(last=False)
        return versions


async def _read(version_ids: Collection[UUID]) -> dict[UUID, TypeVersion]:
    records = await fetch("SELECT id, version, definition FROM tracker_type_version WHERE id = ANY($1)", version_ids)
    return {
        record["id"]: TypeVersion(
            record["id"], record["version"], definition_from_document(load_json(record["definition"]))
        )
        for record in records
    }


version_cache = VersionCache(max_size=10_000)
"""What this process keeps."""


async def versions_by_id(version_ids: Collection[UUID]) -> Mapping[UUID, TypeVersion]:
    """Return the versions with these ids, read at most once in a process."""
    return await version_cache.load(version_ids)


async def warm_version_cache() -> None:
    """Read the newest version of each type ahead, so that the first requests need not wait for it."""
    newest = await fetch(
        "SELECT v.id FROM tracker_type_version v JOIN tracker_type t ON t.id = v.type_id AND t.version = v.version LIMIT $1",
        version_cache.max_size // 2,
    )
    await version_cache.load([record["id"] for record in newest])
