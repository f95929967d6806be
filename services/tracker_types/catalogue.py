"""Tracker types as an organisation has them: the built-in ones and its own, with their forms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from models import Role, TrackerCategory, TrackerType, TrackerTypeVersion
from models.base import load_json
from models.database import fetch, transaction
from models.rows import columns, row
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_from_document, definition_to_document
from services.kernel.sql import StatementBuilder
from services.tracker_types import builtin
from services.tracker_types.transitions import Transition, transitions_of_type
from services.viewer import Viewer
from services.visibility import visible


@dataclass(frozen=True, slots=True)
class TypeVersion:
    """One version of a type's definition."""

    id: UUID
    version: int
    definition: TypeDefinition


@dataclass(frozen=True, slots=True)
class AvailableType:
    """A tracker type as an organisation has it: its newest form, and how its process automation is set."""

    type: TrackerType
    form: TypeVersion
    enabled: bool
    four_eyes: bool

    def can_be_created_by(self, viewer: Viewer) -> bool:
        """Whether the viewer's roles let them open a tracker of this type."""
        if self.type.archived or not self.enabled or not viewer.has(Role.CREATE_TRACKERS):
            return False
        automation = self.type.category == TrackerCategory.PROCESS_AUTOMATION
        return not automation or viewer.has(Role.CREATE_PROCESS_AUTOMATION_TRACKERS)

    def transitions(self, viewer: Viewer) -> list[Transition]:
        """All steps of the type, as the viewer's roles alone decide."""
        return transitions_of_type(self.type.category, self.form.definition, viewer)


# A version never changes, so what was read of it once holds for as long as the process lives.
_forms: dict[UUID, TypeVersion] = {}
_FORMS_KEPT = 10_000


async def forms(version_ids: Collection[UUID]) -> Mapping[UUID, TypeVersion]:
    """The forms of versions by id."""
    # Held here too: whoever empties what is kept, this call's or another's, takes nothing from this answer.
    found = {version_id: _forms[version_id] for version_id in version_ids if version_id in _forms}
    missing = [version_id for version_id in version_ids if version_id not in found]
    if missing:
        if len(_forms) > _FORMS_KEPT:
            _forms.clear()
        for record in await fetch(
            "SELECT id, version, definition FROM tracker_type_version WHERE id = ANY($1)", missing
        ):
            definition = definition_from_document(load_json(record["definition"]))
            found[record["id"]] = _forms[record["id"]] = TypeVersion(record["id"], record["version"], definition)
    return found


async def warm_forms() -> None:
    """Read the newest forms ahead, so that the first who asks need not wait for it."""
    newest = await fetch(
        "SELECT v.id FROM tracker_type_version v JOIN tracker_type t ON t.id = v.type_id AND t.version = v.version LIMIT $1",
        _FORMS_KEPT // 2,
    )
    await forms([record["id"] for record in newest])


@cache
def type_columns() -> str:
    """What ``type_source`` offers of a type."""
    return (
        f'{columns(TrackerType, "type")}, version.id AS "type.form", automation.four_eyes AS "type.four_eyes", '
        "coalesce(automation.enabled, type.category <> 'PROCESS_AUTOMATION') AS \"type.enabled\""
    )


def type_source(viewer: Viewer, statement: StatementBuilder) -> str:
    """The SQL source of types as an organisation has them; ``type_columns`` names what it offers."""
    return (
        "(tracker_type type JOIN tracker_type_version version "
        "ON version.type_id = type.id AND version.version = type.version "
        "LEFT JOIN process_automation automation ON automation.key = type.key "
        f"AND automation.organisation_id = {statement.bind(viewer.organisation_id)} "
        "AND type.category = 'PROCESS_AUTOMATION')"
    )


async def offered_types(
    viewer: Viewer,
    *,
    ids: Collection[UUID] | None = None,
    key: str | None = None,
    include_disabled: bool = False,
) -> Sequence[AvailableType]:
    """The types that the viewer's organisation has: the built-in ones in their order, then its own.

    Process automations that are not enabled are left out unless ``include_disabled``, with which an old tracker's
    type is asked for.
    """
    statement = StatementBuilder()
    source = type_source(viewer, statement)
    where = [visible(TrackerType, "type", viewer, statement)]
    if ids is not None:
        where.append(f"type.id = ANY({statement.bind(list(ids))})")
    if key is not None:
        where.append(f"type.key = {statement.bind(key)}")
    if not include_disabled:
        where.append("(type.category <> 'PROCESS_AUTOMATION' OR automation.enabled)")
    records = await statement.fetch(
        f"SELECT {type_columns()} FROM {source} WHERE {' AND '.join(where)} "
        "ORDER BY type.organisation_id IS NOT NULL, type.position, type.name, type.id"
    )
    return await offered(records)


async def offered(records: Sequence[Mapping[str, Any]]) -> list[AvailableType]:
    """The types in records that have ``type_columns``."""
    known = await forms({record["type.form"] for record in records})
    types = [row(TrackerType, "type", record) for record in records]
    return [
        AvailableType(type_, known[record["type.form"]], record["type.enabled"], bool(record["type.four_eyes"]))
        for type_, record in zip(types, records, strict=True)
        if type_ is not None
    ]


async def list_types(
    viewer: Viewer,
    *,
    category: Collection[TrackerCategory] | None = None,
    creatable_only: bool = False,
    include_archived: bool = False,
) -> list[AvailableType]:
    """The types to choose from; an empty ``category`` restricts nothing."""
    return [
        one
        for one in await offered_types(viewer)
        if (not category or one.type.category in category)
        and (include_archived or not one.type.archived)
        and (not creatable_only or one.can_be_created_by(viewer))
    ]


async def type_by_key(viewer: Viewer, key: str) -> AvailableType | None:
    """The type of a key; None if the organisation has none of it."""
    if not may_be_key(key):
        return None
    return next(iter(await offered_types(viewer, key=key)), None)


def may_be_key(text: str) -> bool:
    """Whether the database can be asked for a key like this: what is no text, it could not even read."""
    return text.isascii() and "\x00" not in text


async def write_built_in_types() -> None:
    """Bring the built-in types in the database to those of this release.

    A definition that differs from the newest version kept becomes the next version; old trackers keep theirs.
    """
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtext('trackers built-in types'))")
        for position, built_in in enumerate(builtin.load()):
            wanted = definition_to_document(built_in.definition)
            about: dict[str, Any] = {"name": built_in.name, "description": built_in.description, "position": position}
            found = await TrackerType.get_or_none(organisation_id=None, key=built_in.key)
            if found is None:
                found = await TrackerType.create(key=built_in.key, category=built_in.category, version=0, **about)
            newest = await TrackerTypeVersion.get_or_none(type_id=found.id, version=found.version)
            if newest is None or newest.definition != wanted:
                found.version += 1
                await TrackerTypeVersion.create(type_id=found.id, version=found.version, definition=wanted)
            await found.update_from_dict(about).save()
