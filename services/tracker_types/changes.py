"""Tracker types of an organisation's own: making and changing them, one immutable version a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import AuditKind, Role, TrackerCategory, TrackerTypeVersion
from models.base import new_id
from models.database import fetch, transaction
from services.audit import audit
from services.forms.definitions import TypeDefinition
from services.forms.documents import definition_to_document
from services.kernel.absent import ABSENT
from services.kernel.dates import today
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.catalogue import AvailableType, may_be_key, offered_types
from services.tracker_types.input import TypeEntry, TypeUpdate
from services.tracker_types.validate import check_definition, check_type_key, type_description, type_name
from services.viewer import Viewer

_INSERT = """
INSERT INTO tracker_type (id, organisation_id, key, name, description, category, version, archived, position)
VALUES ($1, $2, $3, $4, $5, $6, 1, false, 0)
ON CONFLICT (organisation_id, key) DO NOTHING RETURNING id
"""
_UPDATE = "UPDATE tracker_type SET name = $2, description = $3, archived = $4, version = $5 WHERE id = $1"
_LOCK = "SELECT id FROM tracker_type WHERE id = $1 AND organisation_id = $2 FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What a version of a type is about; each that differs from the one before makes a new version."""

    name: str
    description: str
    archived: bool
    fields: TypeDefinition

    @classmethod
    def of(cls, offered: AvailableType) -> "_Contents":
        kept = offered.type
        return cls(name=kept.name, description=kept.description, archived=kept.archived, fields=offered.form.definition)


async def create_type(viewer: Viewer, entry: TypeEntry) -> AvailableType:
    """Make a type of the category CUSTOM for the viewer's organisation.

    Raises ForbiddenError without MANAGE_SETTINGS, and Rejected with all that is wrong; DUPLICATE at ``key`` if a
    built-in type or another of the organisation, archived or not, has it.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    errors = ErrorCollector()
    check_type_key(errors.at("key"), entry.key)
    contents = _Contents(
        name=type_name(errors.at("name"), entry.name),
        description=type_description(errors.at("description"), entry.description),
        archived=False,
        fields=check_definition(errors.at("fields"), entry.fields, today=today()),
    )
    if await _is_taken(viewer, entry.key):
        errors.problems.insert(0, _taken())
    if errors.problems:
        raise ValidationFailed(errors.problems)
    type_id = new_id()
    await unit_of_work(lambda: _create(viewer, type_id, entry.key, contents))
    return await _offered(viewer, type_id)


async def _create(viewer: Viewer, type_id: UUID, key: str, contents: _Contents) -> None:
    async with transaction():
        about = (viewer.organisation_id, key, contents.name, contents.description, TrackerCategory.CUSTOM)
        if not await fetch(_INSERT, type_id, *about):  # somebody else was quicker
            raise ValidationFailed([_taken()])
        await _write_version(type_id, 1, contents)
        await audit(viewer, AuditKind.TYPE_CREATED, type_id, {"key": key} | _told(contents, 1))


async def update_type(viewer: Viewer, entry: TypeUpdate) -> AvailableType:
    """Change a type of the organisation's own; an entry that changes nothing writes nothing.

    Every change is a new version, also that of the name alone: so of two who read the same version one is told. Raises
    Forbidden without MANAGE_SETTINGS, and Rejected with all that is wrong: NOT_FOUND or IMMUTABLE (a built-in type) at
    ``id``, or CONFLICT alone with the type as it now stands.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    errors = ErrorCollector()
    changes = _changes(errors, entry)
    type_id = await unit_of_work(lambda: _update(viewer, entry, changes, errors.problems))
    return await _offered(viewer, type_id)


def _changes(errors: ErrorCollector, entry: TypeUpdate) -> Mapping[str, Any]:
    """The contents that the entry names, as they are kept."""
    given = {name: getattr(entry, name) for name in _Contents.__slots__}
    return {name: _kept(name, value, errors.at(name)) for name, value in given.items() if value is not ABSENT}


def _kept(name: str, value: Any, errors: ErrorCollector) -> Any:
    if name == "description":
        return type_description(errors, value)
    if value is None:
        errors.add(ErrorCode.REQUIRED, "It cannot be cleared; leave it out to keep it.")
        return None
    if name == "fields":
        return check_definition(errors, value, today=today())
    return type_name(errors, value) if name == "name" else value


async def _update(viewer: Viewer, entry: TypeUpdate, changes: Mapping[str, Any], problems: list[Problem]) -> UUID:
    async with transaction():
        await fetch(_LOCK, entry.type_id, viewer.organisation_id)
        offered = await _find(viewer, entry.type_id, problems)
        if offered.form.version != entry.version:
            message = "Somebody else has changed the type. Read it again."
            figures = (("version", str(offered.form.version)),)
            conflict = Problem(("version",), ErrorCode.CONFLICT, message, figures)
            raise ValidationFailed([conflict], current={"tracker_type": offered})
        if problems:
            raise ValidationFailed(problems)
        before = _Contents.of(offered)
        after = _Contents(**{name: changes.get(name, getattr(before, name)) for name in _Contents.__slots__})
        if after != before:
            await _write(viewer, offered, before, after)
        return offered.type.id


async def _find(viewer: Viewer, type_id: UUID, problems: list[Problem]) -> AvailableType:
    """The type, if it is one to be changed; otherwise that is told beside the other problems."""
    found = next(iter(await offered_types(viewer, ids=[type_id], include_disabled=True)), None)
    if found is None:
        raise ValidationFailed([Problem(("id",), ErrorCode.NOT_FOUND, "There is no such tracker type."), *problems])
    if found.type.organisation_id is None:
        message = "The built-in tracker types cannot be changed."
        raise ValidationFailed([Problem(("id",), ErrorCode.IMMUTABLE, message), *problems])
    return found


async def _write(viewer: Viewer, offered: AvailableType, before: _Contents, after: _Contents) -> None:
    version = offered.form.version + 1
    await _write_version(offered.type.id, version, after)
    await fetch(_UPDATE, offered.type.id, after.name, after.description, after.archived, version)
    details = {
        "key": offered.type.key,
        "before": _told(before, version - 1),
        "after": _told(after, version),
        "fieldsChanged": before.fields != after.fields,
    }
    await audit(viewer, AuditKind.TYPE_UPDATED, offered.type.id, details)


async def _write_version(type_id: UUID, version: int, contents: _Contents) -> None:
    document = definition_to_document(contents.fields)
    await TrackerTypeVersion.create(type_id=type_id, version=version, definition=document)


def _told(contents: _Contents, version: int) -> dict[str, Any]:
    """What the audit keeps; the fields themselves are in the version."""
    about = {"name": contents.name, "description": contents.description, "archived": contents.archived}
    return about | {"version": version}


async def _is_taken(viewer: Viewer, key: str) -> bool:
    statement = (
        "SELECT 1 FROM tracker_type WHERE key = $1 AND (organisation_id = $2 OR organisation_id IS NULL) LIMIT 1"
    )
    return may_be_key(key) and bool(await fetch(statement, key, viewer.organisation_id))


def _taken() -> Problem:
    return Problem(("key",), ErrorCode.DUPLICATE, "There is a tracker type of this key already.")


async def _offered(viewer: Viewer, type_id: UUID) -> AvailableType:
    return (await offered_types(viewer, ids=[type_id], include_disabled=True))[0]
