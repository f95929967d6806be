"""Receives uploads: from a stream of bytes to a file that can be attached to a tracker.

The row is inserted first, then the content is written, then the row is marked as complete. However an upload ends,
there is a row for whatever it leaves behind.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from models import Role, TrackerCategory
from models.base import dump_json, new_id
from models.database import fetch, transaction
from services.files.cleanup import delete_incomplete
from services.files.store import FileStore, StoreError, StoreFullError
from services.forms.definitions import FileField
from services.kernel.errors import DomainError
from services.kernel.file_names import file_name, name_as
from services.kernel.file_types import HEAD_SIZE, ContentSniffer, is_accepted
from services.kernel.locks import lock_until_commit
from services.kernel.sql import NamedParameterStatement
from services.kernel.words import quote, quote_enum
from services.tracker_types.catalogue import AvailableType, is_possible_key, type_by_key
from services.tracker_types.versions import versions_by_id
from services.viewer import Viewer

DAILY_BYTES = 500_000_000
"""Bytes that a member may upload within 24 hours. Unfinished uploads count with their maximum size."""
LEAST_BYTES = 65_536
"""The bytes that a smaller file counts as: a row, a file and two syncs of the disk cost as much."""
DAILY_FILES = 500
"""Files that a member may upload within 24 hours."""

_OLDER_VERSION = """
SELECT id FROM tracker_type_version WHERE type_id = $1 AND definition -> 'fields' @> $2::jsonb
ORDER BY version DESC LIMIT 1
"""
_USED = """
SELECT coalesce(sum(greatest(bytes, $2)), 0)::int8 AS bytes, count(*) AS files FROM stored_file
WHERE uploader_id = $1 AND created_at > now() - interval '1 day'
"""
_SECONDS_UNTIL_FREED = """
SELECT ceil(extract(epoch FROM created_at + interval '1 day' - now()))::int AS seconds FROM (
    SELECT created_at, sum(greatest(bytes, $2)) OVER oldest_first AS bytes, row_number() OVER oldest_first AS files
    FROM stored_file WHERE uploader_id = $1 AND created_at > now() - interval '1 day'
    WINDOW oldest_first AS (ORDER BY created_at, id)
) upload WHERE bytes >= $3 AND files >= $4 ORDER BY created_at LIMIT 1
"""
_INSERT = NamedParameterStatement("""
INSERT INTO stored_file (id, organisation_id, uploader_id, type_key, field_key, name, media_type, bytes, complete,
    created_at)
VALUES (:id, :organisation_id, :uploader_id, :type_key, :field_key, :name, '', :bytes, FALSE, now())
""")
_COMPLETE = (
    "UPDATE stored_file SET complete = TRUE, name = $2, media_type = $3, bytes = $4 "
    "WHERE id = $1 AND NOT complete RETURNING id"
)
_NO_ROOM = "The server has no room for files now. Try again later, and tell its operator."
_log = logging.getLogger("trackers.files")


class UploadError(DomainError):
    """Raised when an upload is refused.

    Codes: UNKNOWN_TYPE, UNKNOWN_FIELD, WRONG_KIND, FORBIDDEN, REQUIRED for an empty file, CONTENT_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE, RATE_LIMITED, INSUFFICIENT_STORAGE.
    """

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message, **details)
        self.code = code


@dataclass(frozen=True, slots=True)
class Destination:
    """The field that a file is uploaded for, with its limits."""

    type_key: str
    field: FileField

    @property
    def max_bytes(self) -> int:
        """Return the maximum size of an uploaded file."""
        return min(self.field.max_bytes, DAILY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeader:
    """A file as described by the client; ``length`` is an upper bound of its size, or None if unknown."""

    name: str | None
    media_type: str | None
    length: int | None


async def find_destination(viewer: Viewer, type_key: str, field_key: str) -> Destination:
    """Return the FILE field of a tracker type that a file is uploaded for.

    Fields of older versions of the type are found too, because existing trackers may still use them. Raises
    UploadError.
    """
    available_type = await type_by_key(viewer, type_key)
    if available_type is None:
        raise UploadError("UNKNOWN_TYPE", "There is no such tracker type.")
    if not _can_fill_in(viewer, available_type):
        role = Role.CREATE_PROCESS_AUTOMATION_TRACKERS
        raise UploadError(
            "FORBIDDEN",
            f"Files for the type {quote(available_type.type.name)} need the role {quote_enum(role)}.",
        )
    newest = available_type.newest.definition.field(field_key)
    field = newest if isinstance(newest, FileField) else await _older_field(available_type, field_key)
    if field is None and newest is not None:
        raise UploadError("WRONG_KIND", f"{newest.title} takes no files.")
    if field is None:
        raise UploadError("UNKNOWN_FIELD", f"The type {quote(available_type.type.name)} has no such field.")
    return Destination(available_type.type.key, field)


def _can_fill_in(viewer: Viewer, available_type: AvailableType) -> bool:
    """Return whether the viewer may create or edit trackers of the type.

    Editing trackers of a plain type needs no role.
    """
    if available_type.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return True
    return available_type.can_be_created_by(viewer) or viewer.has(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)


async def _older_field(available_type: AvailableType, field_key: str) -> FileField | None:
    if not is_possible_key(field_key):
        return None
    older = await fetch(_OLDER_VERSION, available_type.type.id, dump_json([{"kind": "FILE", "key": field_key}]))
    versions = await versions_by_id([record["id"] for record in older])
    fields = (version.definition.field(field_key) for version in versions.values())
    return next((field for field in fields if isinstance(field, FileField)), None)


async def upload(
    viewer: Viewer, store: FileStore, destination: Destination, header: FileHeader, chunks: AsyncIterator[bytes]
) -> UUID:
    """Store a file and return its id.

    If ``chunks`` raises or the file is refused, neither its row nor its content is kept. Raises UploadError and
    StoreError.
    """
    file_id = await _insert_row(viewer, destination, header)
    try:
        sniffer = ContentSniffer()
        await store.write(file_id, _check_chunks(chunks, sniffer, destination, header))
        media_type = _media_type(sniffer, destination, header)
        await fetch(_COMPLETE, file_id, name_as(file_name(header.name), media_type), media_type, sniffer.size)
    except BaseException as error:
        await _delete_failed(store, file_id)
        if isinstance(error, StoreError):
            _log.error("an upload could not be stored: %s", error)
        if isinstance(error, StoreFullError):
            raise UploadError("INSUFFICIENT_STORAGE", _NO_ROOM) from error
        raise
    return file_id


async def _insert_row(viewer: Viewer, destination: Destination, header: FileHeader) -> UUID:
    """Insert the row of an incomplete file, with its maximum size. Raises UploadError if it exceeds the quota."""
    file_id = new_id()
    max_size = destination.max_bytes if header.length is None else min(destination.max_bytes, header.length)
    async with transaction():
        await lock_until_commit(f"uploads:{viewer.member_id}")
        await _require_room(viewer, max(max_size, LEAST_BYTES))
        await _INSERT.fetch(
            id=file_id,
            organisation_id=viewer.organisation_id,
            uploader_id=viewer.member_id,
            type_key=destination.type_key,
            field_key=destination.field.key,
            name=file_name(header.name),
            bytes=max_size,
        )
    return file_id


async def _require_room(viewer: Viewer, size: int) -> None:
    """Raise UploadError if a member has uploaded too much within 24 hours for another file of this size."""
    (used,) = await fetch(_USED, viewer.member_id, LEAST_BYTES)
    excess_bytes, excess_files = used["bytes"] + size - DAILY_BYTES, used["files"] + 1 - DAILY_FILES
    if excess_bytes <= 0 and excess_files <= 0:
        return
    freed = await fetch(_SECONDS_UNTIL_FREED, viewer.member_id, LEAST_BYTES, excess_bytes, excess_files)
    amount = f"{DAILY_BYTES:,} bytes" if excess_bytes > 0 else f"{DAILY_FILES:,} files"
    message = f"At most {amount} a day can be uploaded."
    raise UploadError("RATE_LIMITED", message, retry_after=max(1, freed[0]["seconds"]) if freed else 1)


async def _check_chunks(
    chunks: AsyncIterator[bytes], sniffer: ContentSniffer, destination: Destination, header: FileHeader
) -> AsyncIterator[bytes]:
    """Yield the chunks unchanged. Raises UploadError as soon as the file cannot be accepted."""
    head_checked = False
    async for chunk in chunks:
        sniffer.add(chunk)
        if sniffer.size > destination.max_bytes:
            raise too_large(destination)
        if not head_checked and sniffer.size >= HEAD_SIZE:
            head_checked = True
            possible = sniffer.possible_types()
            if possible and not any(is_accepted(media_type, destination.field.accept) for media_type in possible):
                raise _not_accepted(destination, f"this is {possible[0]}")
        yield chunk
    if not sniffer.size:
        raise UploadError("REQUIRED", "The file is empty.")
    _media_type(sniffer, destination, header)


def _media_type(sniffer: ContentSniffer, destination: Destination, header: FileHeader) -> str:
    """Return the media type of a complete file.

    Raises UploadError if it is not accepted, or not the declared one.
    """
    media_type = sniffer.media_type(header.media_type)
    if media_type is None:
        raise _not_accepted(destination, "the file is not what its Content-Type says")
    if not is_accepted(media_type, destination.field.accept):
        raise _not_accepted(destination, f"this is {media_type}")
    if sniffer.is_polyglot():
        raise _not_accepted(destination, "this is a ZIP archive as well")
    return media_type


def _not_accepted(destination: Destination, reason: str) -> UploadError:
    accept = list(destination.field.accept)
    message = f"{destination.field.title} takes {', '.join(accept) or 'files of every type'}; {reason}."
    return UploadError("UNSUPPORTED_MEDIA_TYPE", message, accept=accept)


def too_large(destination: Destination) -> UploadError:
    """Return the error for a file that is larger than its field allows."""
    message = f"{destination.field.title} takes files of at most {destination.max_bytes:,} bytes."
    return UploadError("CONTENT_TOO_LARGE", message, maximum=destination.max_bytes)


async def _delete_failed(store: FileStore, file_id: UUID) -> None:
    try:
        await delete_incomplete(store, file_id)
    except Exception as error:  # the cleanup tries again
        _log.warning("a failed upload could not be deleted yet: %s", type(error).__name__)
