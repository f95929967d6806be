"""Creation and update of custom tracker types. Every change creates a new, immutable version."""

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
from services.kernel.computing import compute
from services.kernel.dates import today
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import NamedParameterStatement
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.catalogue import AvailableType, available_types, is_possible_key, note_changed_types
from services.tracker_types.form_limits import check_room
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
_KEY_EXISTS = "SELECT 1 FROM tracker_type WHERE key = $1 AND (organisation_id = $2 OR organisation_id IS NULL) LIMIT 1"

_DUPLICATE_KEY = Problem(("key",), ErrorCode.DUPLICATE, "There is already a tracker type with this key.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """The mutable properties of a type. A change to any of them creates a new version."""

    name: str
    description: str
    archived: bool
    fields: TypeDefinition

    @classmethod
    def from_type(cls, available_type: AvailableType) -> "_Contents":
        """Return the contents of a type's newest version."""
        row = available_type.type
        return cls(
            name=row.name, description=row.description, archived=row.archived, fields=available_type.newest.definition
        )

    def audit_details(self, version: int) -> dict[str, Any]:
        """Return the audit details of a version. They omit its fields, which the version itself stores."""
        columns = {"name": self.name, "description": self.description, "archived": self.archived}
        return columns | {"version": version}


async def create_type(viewer: Viewer, entry: TypeEntry) -> AvailableType:
    """Create a custom type for the viewer's organisation.

    Raises ForbiddenError without MANAGE_SETTINGS, and ValidationFailed with the problems of every field. They include
    DUPLICATE at ``key`` if a built-in type or another type of the organisation, even an archived one, has the same key.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    viewer.require_recent_sign_in()
    errors = ErrorCollector()
    if is_possible_key(entry.key) and await fetch(_KEY_EXISTS, entry.key, viewer.organisation_id):
        errors.extend([_DUPLICATE_KEY])
    check_type_key(errors.at("key"), entry.key)
    contents = _Contents(
        name=check_type_name(errors.at("name"), entry.name),
        description=check_type_description(errors.at("description"), entry.description),
        archived=False,
        fields=await compute(check_definition, errors.at("fields"), entry.fields, today=today()),
    )
    errors.raise_if_any()
    await check_room(errors, viewer.organisation_id, contents.fields)
    errors.raise_if_any()
    type_id = new_id()
    await unit_of_work(lambda: _create(viewer, type_id, entry.key, contents))
    return await _load_type(viewer, type_id)


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
        if not inserted:  # another request has inserted the same key in the meantime
            raise ValidationFailed([_DUPLICATE_KEY])
        await _insert_version(type_id, 1, contents)
        await audit(viewer, AuditKind.TYPE_CREATED, type_id, {"key": key} | contents.audit_details(1))


async def update_type(viewer: Viewer, entry: TypeUpdate) -> AvailableType:
    """Update a custom type. An entry without changes writes nothing.

    Every change creates a new version, even a change of the name only, so that the second of two concurrent updates of
    the same version fails with CONFLICT. Raises ForbiddenError without MANAGE_SETTINGS, and ValidationFailed either with
    the problems of every field, including NOT_FOUND or IMMUTABLE (for a built-in type) at ``id``, or with CONFLICT only
    and the current type.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    viewer.require_recent_sign_in()
    errors = ErrorCollector()
    changes = await compute(_check_changes, errors, entry)
    await unit_of_work(lambda: _update(viewer, entry, changes, errors.problems))
    return await _load_type(viewer, entry.type_id)


def _check_changes(errors: ErrorCollector, entry: TypeUpdate) -> Mapping[str, Any]:
    """Return the validated values of the ``_Contents`` attributes that are present in the entry."""
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
        available_type = await _find_editable_type(viewer, entry.type_id, problems)
        if available_type.newest.version != entry.version:
            message = "Somebody else has changed the type. Read it again."
            parameters = (("version", str(available_type.newest.version)),)
            conflict = Problem(("version",), ErrorCode.CONFLICT, message, parameters)
            raise ValidationFailed([conflict], current={"tracker_type": available_type})
        if problems:
            raise ValidationFailed(problems)
        before = _Contents.from_type(available_type)
        after = _Contents(**{name: changes.get(name, getattr(before, name)) for name in _Contents.__slots__})
        if after != before:
            errors = ErrorCollector()
            await check_room(errors, viewer.organisation_id, after.fields, (entry.type_id, before.fields))
            errors.raise_if_any()
            await _save(viewer, available_type, before, after)


async def _find_editable_type(viewer: Viewer, type_id: UUID, problems: Sequence[Problem]) -> AvailableType:
    """Return the type, or raise ValidationFailed with NOT_FOUND or IMMUTABLE, followed by the other problems."""
    available_type = next(iter(await available_types(viewer, ids=[type_id], include_disabled=True)), None)
    if available_type is None:
        raise ValidationFailed([Problem(("id",), ErrorCode.NOT_FOUND, "There is no such tracker type."), *problems])
    if available_type.type.organisation_id is None:
        message = "The built-in tracker types cannot be changed."
        raise ValidationFailed([Problem(("id",), ErrorCode.IMMUTABLE, message), *problems])
    return available_type


async def _save(viewer: Viewer, available_type: AvailableType, before: _Contents, after: _Contents) -> None:
    type_id, version = available_type.type.id, available_type.newest.version + 1
    await _insert_version(type_id, version, after)
    await _UPDATE.fetch(
        id=type_id, name=after.name, description=after.description, archived=after.archived, version=version
    )
    details = {
        "key": available_type.type.key,
        "before": before.audit_details(version - 1),
        "after": after.audit_details(version),
        "fieldsChanged": before.fields != after.fields,
    }
    await audit(viewer, AuditKind.TYPE_UPDATED, type_id, details)


async def _insert_version(type_id: UUID, version: int, contents: _Contents) -> None:
    document = await compute(definition_to_document, contents.fields)
    await TrackerTypeVersion.create(type_id=type_id, version=version, definition=document)


async def _load_type(viewer: Viewer, type_id: UUID) -> AvailableType:
    await note_changed_types(viewer)
    return (await available_types(viewer, ids=[type_id], include_disabled=True))[0]
