"""Creating and changing the tracker types of an organisation's own; every change is a new, immutable version."""

from collections.abc import Mapping, Sequence
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
from services.kernel.sql import NamedParameterStatement
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.catalogue import AvailableType, available_types, is_possible_key
from services.tracker_types.input import TypeEntry, TypeUpdate
from services.tracker_types.validate import check_definition, check_type_description, check_type_key, check_type_name
from services.viewer import Viewer

_INSERT = NamedParameterStatement("""
INSERT INTO tracker_type (id, organisation_id, key, name, description, category, version, archived, position)
VALUES (:id, :organisation_id, :key, :name, :description, :category, 1, false, 0)
ON CONFLICT (organisation_id, key) DO NOTHING RETURNING id
""")
_UPDATE = NamedParameterStatement("""
UPDATE tracker_type SET name = :name, description = :description, archived = :archived, version = :version
WHERE id = :id
""")
_LOCK = "SELECT id FROM tracker_type WHERE id = $1 AND organisation_id = $2 FOR NO KEY UPDATE"
_IS_TAKEN = "SELECT 1 FROM tracker_type WHERE key = $1 AND (organisation_id = $2 OR organisation_id IS NULL) LIMIT 1"

_TAKEN = Problem(("key",), ErrorCode.DUPLICATE, "There is a tracker type of this key already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What a change of a type may change; what differs from the version before makes the next one."""

    name: str
    description: str
    archived: bool
    fields: TypeDefinition

    @classmethod
    def of(cls, available: AvailableType) -> "_Contents":
        """Return the contents of a type's newest version."""
        row = available.type
        return cls(
            name=row.name, description=row.description, archived=row.archived, fields=available.newest.definition
        )

    def audit_details(self, version: int) -> dict[str, Any]:
        """Return what the audit keeps of a version; its fields are in the version itself."""
        columns = {"name": self.name, "description": self.description, "archived": self.archived}
        return columns | {"version": version}


async def create_type(viewer: Viewer, entry: TypeEntry) -> AvailableType:
    """Create a type of the category CUSTOM for the viewer's organisation.

    Raises ForbiddenError without MANAGE_SETTINGS, and ValidationFailed with all problems: DUPLICATE at ``key`` if a
    built-in type or another one of the organisation, archived or not, has it, and those of ``validate``.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    errors = ErrorCollector()
    if is_possible_key(entry.key) and await fetch(_IS_TAKEN, entry.key, viewer.organisation_id):
        errors.extend([_TAKEN])
    check_type_key(errors.at("key"), entry.key)
    contents = _Contents(
        name=check_type_name(errors.at("name"), entry.name),
        description=check_type_description(errors.at("description"), entry.description),
        archived=False,
        fields=check_definition(errors.at("fields"), entry.fields, today=today()),
    )
    errors.raise_if_any()
    type_id = new_id()
    await unit_of_work(lambda: _create(viewer, type_id, entry.key, contents))
    return await _available_type(viewer, type_id)


async def _create(viewer: Viewer, type_id: UUID, key: str, contents: _Contents) -> None:
    async with transaction():
        inserted = await _INSERT.fetch(
            id=type_id,
            organisation_id=viewer.organisation_id,
            key=key,
            name=contents.name,
            description=contents.description,
            category=TrackerCategory.CUSTOM,
        )
        if not inserted:  # another request has created one since
            raise ValidationFailed([_TAKEN])
        await _insert_version(type_id, 1, contents)
        await audit(viewer, AuditKind.TYPE_CREATED, type_id, {"key": key} | contents.audit_details(1))


async def update_type(viewer: Viewer, entry: TypeUpdate) -> AvailableType:
    """Change a type of the organisation's own; an entry that changes nothing writes nothing.

    Every change is a new version, also that of the name alone, so that of two who read the same version the second gets
    CONFLICT. Raises ForbiddenError without MANAGE_SETTINGS, and ValidationFailed with all problems: NOT_FOUND or
    IMMUTABLE (a built-in type) at ``id`` and those of ``validate``, or CONFLICT alone with the current type.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    errors = ErrorCollector()
    changes = _check_changes(errors, entry)
    await unit_of_work(lambda: _update(viewer, entry, changes, errors.problems))
    return await _available_type(viewer, entry.type_id)


def _check_changes(errors: ErrorCollector, entry: TypeUpdate) -> Mapping[str, Any]:
    """Return the contents that the entry names, by the attributes of ``_Contents``, as they are stored."""
    values = {name: getattr(entry, name) for name in _Contents.__slots__}
    return {name: _check_change(errors.at(name), name, value) for name, value in values.items() if value is not ABSENT}


def _check_change(errors: ErrorCollector, name: str, value: Any) -> Any:
    if name == "description":
        return check_type_description(errors, value)
    if value is None:
        errors.add(ErrorCode.REQUIRED, "It cannot be cleared; leave it out to keep it.")
        return None
    if name == "fields":
        return check_definition(errors, value, today=today())
    return check_type_name(errors, value) if name == "name" else value


async def _update(viewer: Viewer, entry: TypeUpdate, changes: Mapping[str, Any], problems: Sequence[Problem]) -> None:
    async with transaction():
        await fetch(_LOCK, entry.type_id, viewer.organisation_id)
        available = await _find_changeable(viewer, entry.type_id, problems)
        if available.newest.version != entry.version:
            message = "Somebody else has changed the type. Read it again."
            parameters = (("version", str(available.newest.version)),)
            conflict = Problem(("version",), ErrorCode.CONFLICT, message, parameters)
            raise ValidationFailed([conflict], current={"tracker_type": available})
        if problems:
            raise ValidationFailed(problems)
        before = _Contents.of(available)
        after = _Contents(**{name: changes.get(name, getattr(before, name)) for name in _Contents.__slots__})
        if after != before:
            await _write(viewer, available, before, after)


async def _find_changeable(viewer: Viewer, type_id: UUID, problems: Sequence[Problem]) -> AvailableType:
    """Return the type if it can be changed; otherwise raise ValidationFailed that says so before the other problems."""
    available = next(iter(await available_types(viewer, ids=[type_id], include_disabled=True)), None)
    if available is None:
        raise ValidationFailed([Problem(("id",), ErrorCode.NOT_FOUND, "There is no such tracker type."), *problems])
    if available.type.organisation_id is None:
        message = "The built-in tracker types cannot be changed."
        raise ValidationFailed([Problem(("id",), ErrorCode.IMMUTABLE, message), *problems])
    return available


async def _write(viewer: Viewer, available: AvailableType, before: _Contents, after: _Contents) -> None:
    type_id, version = available.type.id, available.newest.version + 1
    await _insert_version(type_id, version, after)
    await _UPDATE.fetch(
        id=type_id, name=after.name, description=after.description, archived=after.archived, version=version
    )
    details = {
        "key": available.type.key,
        "before": before.audit_details(version - 1),
        "after": after.audit_details(version),
        "fieldsChanged": before.fields != after.fields,
    }
    await audit(viewer, AuditKind.TYPE_UPDATED, type_id, details)


async def _insert_version(type_id: UUID, version: int, contents: _Contents) -> None:
    document = definition_to_document(contents.fields)
    await TrackerTypeVersion.create(type_id=type_id, version=version, definition=document)


async def _available_type(viewer: Viewer, type_id: UUID) -> AvailableType:
    return (await available_types(viewer, ids=[type_id], include_disabled=True))[0]
