"""Files as members see them, and how a tracker takes those that were uploaded for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import StoredFile
from models.database import fetch
from services.files.signed_urls import LIFETIME, Grant
from services.forms.definitions import FileField, TypeDefinition
from services.forms.kinds.types import CanonicalValue
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import StatementBuilder
from services.viewer import Viewer
from services.visibility import visible


def attachable(organisation: str, uploader: str) -> str:
    """The SQL condition under which an upload may be given to a tracker; the arguments are the statement's own."""
    return f"organisation_id = {organisation} AND uploader_id = {uploader} AND tracker_id IS NULL AND complete"


_ATTACH = f"UPDATE stored_file SET tracker_id = $1 WHERE id = ANY($2) AND {attachable('$3', '$4')}"
_TAKEN = f"""
SELECT f.field_key FROM unnest($2::uuid[]) AS asked (id)
LEFT JOIN stored_file f ON f.id = asked.id AND NOT (f.tracker_id IS NOT DISTINCT FROM $1 OR {attachable("$3", "$4")})
WHERE f.id IS NOT NULL OR NOT EXISTS (SELECT FROM stored_file WHERE id = asked.id)
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file that the viewer sees, and what they may be given an address for."""

    id: UUID
    name: str
    media_type: str
    bytes: int
    grant: Grant


async def files_by_id(viewer: Viewer, ids: Sequence[UUID]) -> list[File | None]:
    """The files of ``ids`` in their order; None for what is not there or not to be seen."""
    statement = StatementBuilder()
    condition = visible(StoredFile, "f", viewer, statement)
    records = await statement.fetch(
        "SELECT f.id, f.name, f.media_type, f.bytes, floor(extract(epoch FROM now()))::int8 AS now "
        f"FROM stored_file f WHERE {condition} AND f.id = ANY({statement.bind(list(ids))})"
    )
    found: dict[UUID, File] = {}
    for record in records:
        grant = Grant(record["id"], viewer.session_id, record["now"] + LIFETIME)
        found[record["id"]] = File(record["id"], record["name"], record["media_type"], record["bytes"], grant)
    return [found.get(file_id) for file_id in ids]


def files_in(definition: TypeDefinition, values: Mapping[str, CanonicalValue]) -> list[UUID]:
    """The ids of all files that values name."""
    return [
        UUID(one)
        for field in definition.fields
        if isinstance(field, FileField) and isinstance(named := values.get(field.key), list)
        for one in named
    ]


async def attach(file_ids: Collection[UUID], tracker_id: UUID, viewer: Viewer) -> None:
    """Give the viewer's uploads to a tracker, for good, in the caller's transaction; what it has already stays.

    To be called with the tracker locked and before any inbox is. Raises ValidationFailed with NOT_FOUND for what another
    tracker has taken meanwhile: the caller's transaction must then end.
    """
    if not file_ids:
        return
    ids = sorted(file_ids)
    await fetch("SELECT FROM stored_file WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids)
    await fetch(_ATTACH, tracker_id, ids, viewer.organisation_id, viewer.member_id)
    found = await fetch("SELECT FROM stored_file WHERE id = ANY($1) AND tracker_id = $2", ids, tracker_id)
    if len(found) < len(set(ids)):
        raise await taken_meanwhile(viewer, ids, tracker_id)


async def taken_meanwhile(viewer: Viewer, file_ids: Sequence[UUID], tracker_id: UUID) -> ValidationFailed:
    """What is said of files that another tracker took, or the collection, between the check and the writing."""
    lost = await fetch(_TAKEN, tracker_id, file_ids, viewer.organisation_id, viewer.member_id)
    keys = {record["field_key"] for record in lost} or {None}
    message = "A file that was named here belongs to another tracker by now, or is no longer there."
    paths = [("values",) if key is None else ("values", key) for key in sorted(keys, key=str)]
    return ValidationFailed([Problem(path, ErrorCode.NOT_FOUND, message) for path in paths])
