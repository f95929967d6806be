"""The tracker types that are available to an organisation, each with its newest version: queries, and a cache."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from models import Role, TrackerCategory, TrackerType
from models.database import fetch
from models.rows import columns, rows
from services.kernel.sql import StatementBuilder
from services.tracker_types.transitions import Transition, transitions_of_type
from services.tracker_types.versions import TypeVersion, versions_by_id
from services.viewer import Viewer
from services.visibility import visibility_condition


@dataclass(frozen=True, slots=True)
class AvailableType:
    """A tracker type available to an organisation, with its newest version.

    ``enabled`` and ``four_eyes`` are the organisation's settings of a process automation.
    """

    type: TrackerType
    newest: TypeVersion
    enabled: bool
    four_eyes: bool

    def can_be_created_by(self, viewer: Viewer) -> bool:
        """Return whether the viewer may create a tracker of this type."""
        if self.type.archived or not self.enabled or not viewer.has(Role.CREATE_TRACKERS):
            return False
        is_automation = self.type.category == TrackerCategory.PROCESS_AUTOMATION
        return not is_automation or viewer.has(Role.CREATE_PROCESS_AUTOMATION_TRACKERS)

    def transitions(self, viewer: Viewer) -> Sequence[Transition]:
        """Return all status transitions of the type, checking only the viewer's roles."""
        return _transitions(self.newest, self.type.category, frozenset(viewer.member.roles))


def _transitions(version: TypeVersion, category: TrackerCategory, roles: frozenset[str]) -> Sequence[Transition]:
    transitions: Sequence[Transition] | None = version.by_roles.get((category, roles))
    if transitions is None:
        transitions = transitions_of_type(category, version.definition, roles)
        version.by_roles[category, roles] = transitions
    return transitions


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All types of an organisation, disabled process automations included, as of a count of their changes.

    ``by_key`` has the enabled types only; of two with the same key, the built-in one.
    """

    version: int
    types: Sequence[AvailableType]
    by_id: Mapping[UUID, AvailableType]
    by_key: Mapping[str, AvailableType]

    @property
    def bytes(self) -> int:
        """Return what the catalogue takes in memory, apart from the built-in types, which all of them share."""
        own = [available_type.newest.bytes for available_type in self.types if available_type.type.organisation_id]
        return _BYTES_PER_TYPE * len(self.types) + sum(own)


@cache
def type_columns() -> str:
    """Return the SELECT list that ``available_types_from_records`` requires, for use with ``type_source``."""
    return (
        f'{columns(TrackerType, "type")}, version.id AS "type.version_id", automation.four_eyes AS "type.four_eyes", '
        "coalesce(automation.enabled, type.category <> 'PROCESS_AUTOMATION') AS \"type.enabled\""
    )


def type_source(viewer: Viewer, statement: StatementBuilder) -> str:
    """Return the joined tables of the FROM clause for ``type_columns``."""
    return (
        "(tracker_type type JOIN tracker_type_version version "
        "ON version.type_id = type.id AND version.version = type.version "
        "LEFT JOIN process_automation automation ON automation.key = type.key "
        f"AND automation.organisation_id = {statement.bind(viewer.organisation_id)} "
        "AND type.category = 'PROCESS_AUTOMATION')"
    )


_ORDER = "ORDER BY type.organisation_id IS NOT NULL, type.position, type.name, type.id"


async def available_types(
    viewer: Viewer,
    *,
    ids: Collection[UUID] | None = None,
    include_disabled: bool = False,
) -> Sequence[AvailableType]:
    """Fetch the types of the viewer's organisation, including archived ones: built-in types first, then custom types.

    Disabled process automations are omitted unless ``include_disabled`` is true, which is needed for the types of
    existing trackers. Unlike ``catalogue_of``, it reads what the caller's transaction sees.
    """
    statement = StatementBuilder()
    source = type_source(viewer, statement)
    where = [visibility_condition(TrackerType, "type", viewer, statement)]
    if ids is not None:
        where.append(f"type.id = ANY({statement.bind(list(ids))})")
    if not include_disabled:
        where.append("(type.category <> 'PROCESS_AUTOMATION' OR automation.enabled)")
    records = await statement.fetch(f"SELECT {type_columns()} FROM {source} WHERE {' AND '.join(where)} {_ORDER}")
    return await available_types_from_records(records)


async def available_types_from_records(records: Sequence[Mapping[str, Any]]) -> list[AvailableType]:
    """Convert records with the columns of ``type_columns`` to types."""
    versions = await versions_by_id({record["type.version_id"] for record in records})
    types = rows(TrackerType, "type", records)
    return [
        AvailableType(
            type_, versions[record["type.version_id"]], record["type.enabled"], bool(record["type.four_eyes"])
        )
        for type_, record in zip(types, records, strict=True)
    ]


_BYTES_PER_TYPE = 2_048


class CatalogueCache:
    """What this process has read last of each organisation's types, up to a number of bytes in total."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._catalogues: OrderedDict[UUID, Catalogue] = OrderedDict()

    def __len__(self) -> int:
        return len(self._catalogues)

    def get(self, organisation_id: UUID) -> Catalogue | None:
        """Return the catalogue of an organisation, if it is kept."""
        catalogue = self._catalogues.get(organisation_id)
        if catalogue is not None:
            self._catalogues.move_to_end(organisation_id)
        return catalogue

    def put(self, organisation_id: UUID, catalogue: Catalogue) -> None:
        """Keep a catalogue, and give up those that were used least recently for it, but not the catalogue itself."""
        previous = self._catalogues.pop(organisation_id, None)
        self._catalogues[organisation_id] = catalogue
        self.bytes += catalogue.bytes - (previous.bytes if previous is not None else 0)
        while self.bytes > self.max_bytes and len(self._catalogues) > 1:
            _, evicted = self._catalogues.popitem(last=False)
            self.bytes -= evicted.bytes


_catalogues = CatalogueCache(max_bytes=32 * 1024 * 1024)


def cached_catalogue(viewer: Viewer) -> Catalogue | None:
    """Return the types of the viewer's organisation if this process has them as they were when the request began.

    Every change of the types is counted in the organisation's row, in the same transaction, and the statement that
    reads the session brings the count. So what is cached is never older than the session.
    """
    catalogue = _catalogues.get(viewer.organisation_id)
    if catalogue is None or catalogue.version < viewer.organisation.types_version:
        return None
    return catalogue


async def catalogue_of(viewer: Viewer) -> Catalogue:
    """Return the types of the viewer's organisation, from the cache or the database."""
    if catalogue := cached_catalogue(viewer):
        return catalogue
    statement = StatementBuilder()
    source, visible = type_source(viewer, statement), visibility_condition(TrackerType, "type", viewer, statement)
    # The count of changes is read in the same moment as the types.
    records = await statement.fetch(
        f"SELECT {type_columns()}, (SELECT types_version FROM organisation "
        f"WHERE id = {statement.bind(viewer.organisation_id)}) FROM {source} WHERE {visible} {_ORDER}"
    )
    types = await available_types_from_records(records)
    version = records[0]["types_version"] if records else -1
    by_key = {available_type.type.key: available_type for available_type in reversed(types) if available_type.enabled}
    catalogue = Catalogue(version, types, {available_type.type.id: available_type for available_type in types}, by_key)
    _catalogues.put(viewer.organisation_id, catalogue)
    return catalogue


async def note_changed_types(viewer: Viewer) -> None:
    """Let the rest of the viewer's request see the types as they are now, after the request has changed them."""
    select = "SELECT types_version FROM organisation WHERE id = $1"
    (record,) = await fetch(select, viewer.organisation_id)
    viewer.organisation.types_version = record["types_version"]


async def list_types(
    viewer: Viewer,
    *,
    category: Collection[TrackerCategory] | None = None,
    creatable_only: bool = False,
    include_archived: bool = False,
) -> list[AvailableType]:
    """Return the available types, optionally filtered. An empty ``category`` includes all categories."""
    return [
        available_type
        for available_type in (await catalogue_of(viewer)).types
        if available_type.enabled
        and (not category or available_type.type.category in category)
        and (include_archived or not available_type.type.archived)
        and (not creatable_only or available_type.can_be_created_by(viewer))
    ]


async def type_by_key(viewer: Viewer, key: str) -> AvailableType | None:
    """Return the organisation's type with this key, or None if there is none or it is disabled."""
    return (await catalogue_of(viewer)).by_key.get(key)


def is_possible_key(text: str) -> bool:
    """Return whether text can be passed to PostgreSQL as a key: ASCII without NUL.

    PostgreSQL rejects NUL characters, and lone surrogates cannot be encoded.
    """
    return text.isascii() and "\x00" not in text
