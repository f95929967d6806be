"""An in-process cache of tracker type versions, which are immutable. It is limited by the memory that they take."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from models.base import load_json
from models.database import fetch
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_from_document
from services.forms.values import ValueReader, value_readers

_FIXED_BYTES, _BYTES_PER_CHARACTER = 4_096, 8
"""What a version takes in memory, with all that is derived from it: by the length of its definition as text."""
_DECODED_AT_ONCE = 50_000
"""How many characters of definitions are decoded before other tasks have their turn: some 10 ms."""


@dataclass(frozen=True, eq=False)
class TypeVersion:
    """One version of a tracker type's definition. ``bytes`` is what it takes in memory."""

    id: UUID
    version: int
    definition: TypeDefinition
    bytes: int = _FIXED_BYTES

    @cached_property
    def by_roles(self) -> dict[Any, Any]:
        """Return what depends on this version and on roles, to be filled by whoever works it out; it is freed with it."""
        return {}

    @cached_property
    def value_readers(self) -> Sequence[tuple[str, ValueReader]]:
        """Return what reads the stored values of this version's fields."""
        return value_readers(self.definition)


class VersionCache:
    """A least-recently-used cache of versions that take at most ``max_bytes`` together."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
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
        versions = {version_id: version for version_id in version_ids if (version := self.get(version_id)) is not None}
        missing = [version_id for version_id in version_ids if version_id not in versions]
        if missing:
            fetched = await _fetch_versions(missing)
            # Another task may have loaded the same version meanwhile. The two objects are equal, so either may be cached.
            versions |= fetched
            for version in fetched.values():
                self._add(version)
        return versions

    def _add(self, version: TypeVersion) -> None:
        previous = self._versions.pop(version.id, None)
        self._versions[version.id] = version
        self.bytes += version.bytes - (previous.bytes if previous is not None else 0)
        while self.bytes > self.max_bytes:
            _, evicted = self._versions.popitem(last=False)
            self.bytes -= evicted.bytes


async def _fetch_versions(version_ids: Collection[UUID]) -> dict[UUID, TypeVersion]:
    records = await fetch("SELECT id, version, definition FROM tracker_type_version WHERE id = ANY($1)", version_ids)
    versions, decoded = {}, 0
    for record in records:
        text = record["definition"]
        if decoded and decoded + len(text) > _DECODED_AT_ONCE:
            await asyncio.sleep(0)
            decoded = 0
        decoded += len(text)
        definition = definition_from_document(load_json(text))
        size = _FIXED_BYTES + _BYTES_PER_CHARACTER * len(text)
        versions[record["id"]] = TypeVersion(record["id"], record["version"], definition, size)
    return versions


_NEWEST = """
SELECT id FROM (
    SELECT v.id, sum($2::int8 + $3::int8 * length(v.definition::text))
        OVER (ORDER BY t.organisation_id IS NOT NULL, v.id DESC) AS bytes
    FROM tracker_type_version v JOIN tracker_type t ON t.id = v.type_id AND t.version = v.version
) newest WHERE bytes <= $1
"""

version_cache = VersionCache(max_bytes=32 * 1024 * 1024)
"""The cache of this process."""


def cached_version(version_id: UUID) -> TypeVersion | None:
    """Return a version if it is in this process's cache."""
    return version_cache.get(version_id)


async def versions_by_id(version_ids: Collection[UUID]) -> Mapping[UUID, TypeVersion]:
    """Return the versions with these ids by id, using this process's cache."""
    return await version_cache.load(version_ids)


async def warm_version_cache() -> None:
    """Load newest versions into the cache, so that the first requests do not have to fetch them.

    Fills at most half of the cache, with built-in types first.
    """
    newest = await fetch(_NEWEST, version_cache.max_bytes // 2, _FIXED_BYTES, _BYTES_PER_CHARACTER)
    await version_cache.load([record["id"] for record in newest])
