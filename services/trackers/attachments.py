"""Files attached to trackers: reading them, and attaching uploads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import StoredFile
from models.database import fetch
from services.files.signed_urls import LIFETIME, Grant
from services.forms.definitions import FileField, TypeDefinition
from services.forms.kinds.types import CanonicalValue
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.file_names import name_as
from services.kernel.sql import NamedParameterStatement, StatementBuilder
from services.viewer import Viewer
from services.visibility import visibility_condition


def attachable_condition(organisation: str, uploader: str) -> str:
    """Return the SQL condition that a file is a complete, unattached upload. The arguments are SQL expressions."""
    return f"organisation_id = {organisation} AND uploader_id = {uploader} AND tracker_id IS NULL AND complete"


_ATTACH = NamedParameterStatement(f"""
UPDATE stored_file SET tracker_id = :tracker_id
WHERE id = ANY(:file_ids) AND {attachable_condition(":organisation_id", ":uploader_id")}
""")
_FIELDS_OF_UNAVAILABLE_FILES = NamedParameterStatement(f"""
SELECT f.field_key FROM unnest(:file_ids::uuid[]) AS requested (id)
LEFT JOIN stored_file f ON f.id = requested.id
    AND NOT (f.tracker_id IS NOT DISTINCT FROM :tracker_id OR {attachable_condition(":organisation_id", ":uploader_id")})
WHERE f.id IS NOT NULL OR NOT EXISTS (SELECT FROM stored_file WHERE id = requested.id)
""")


@dataclass(frozen=True, slots=True)
class File:
    """A file visible to the viewer, with the grant for its signed URL."""

    id: UUID
    name: str
    media_type: str
    bytes: int
    grant: Grant


async def files_by_id(viewer: Viewer, ids: Sequence[UUID]) -> list[File | None]:
    """Fetch files by id, in the order of the ids, with None for files that do not exist or are not visible."""
    statement = StatementBuilder()
    condition = visibility_condition(StoredFile, "f", viewer, statement)
    records = await statement.fetch(
        "SELECT f.id, f.name, f.media_type, f.bytes, floor(extract(epoch FROM now()))::int8 AS now "
        f"FROM stored_file f WHERE {condition} AND f.id = ANY({statement.bind(list(ids))})"
    )
    files: dict[UUID, File] = {}
    for record in records:
        grant = Grant(record["id"], viewer.session_id, record["now"] + LIFETIME)
        # Names of files that earlier versions stored may end in anything.
        name = name_as(record["name"], record["media_type"])
        files[record["id"]] = File(record["id"], name, record["media_type"], record["bytes"], grant)
    return [files.get(file_id) for file_id in ids]


def file_ids_in(definition: TypeDefinition, values: Mapping[str, CanonicalValue]) -> list[UUID]:
    """Return the ids of all files in the values of a form."""
    return [
        UUID(file_id)
        for field in definition.fields
        if isinstance(field, FileField) and isinstance(file_ids := values.get(field.key), list)
        for file_id in file_ids
    ]


async def attach_uploads(file_ids: Collection[UUID], tracker_id: UUID, viewer: Viewer) -> None:
    """Attach uploads of the viewer to a tracker permanently, in the caller's transaction.

    Files that are already attached to the tracker are accepted. The caller must have locked the tracker, but not yet any
    inbox. Raises ValidationFailed with NOT_FOUND for files that are no longer available; the caller must then roll back.
    """
    if not file_ids:
        return
    ids = sorted(file_ids)
    await fetch("SELECT FROM stored_file WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids)
    await _ATTACH.fetch(
        tracker_id=tracker_id, file_ids=ids, organisation_id=viewer.organisation_id, uploader_id=viewer.member_id
    )
    attached = await fetch("SELECT FROM stored_file WHERE id = ANY($1) AND tracker_id = $2", ids, tracker_id)
    if len(attached) < len(set(ids)):
        raise await unavailable_files_error(viewer, ids, tracker_id)


async def unavailable_files_error(viewer: Viewer, file_ids: Sequence[UUID], tracker_id: UUID) -> ValidationFailed:
    """Return the error for files that were attached to another tracker or deleted between validation and writing."""
    records = await _FIELDS_OF_UNAVAILABLE_FILES.fetch(
        tracker_id=tracker_id, file_ids=file_ids, organisation_id=viewer.organisation_id, uploader_id=viewer.member_id
    )
    keys = {record["field_key"] for record in records} or {None}
    message = "A file has been attached to another tracker or deleted in the meantime."
    paths = [("values",) if key is None else ("values", key) for key in sorted(keys, key=str)]
    return ValidationFailed([Problem(path, ErrorCode.NOT_FOUND, message) for path in paths])
