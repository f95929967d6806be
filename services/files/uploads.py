"""Uploads: from a stream of bytes to a file that a tracker can take.

The row comes first, then the bytes, then the row is complete: whatever ends an upload, what is left of it is known.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from models import Role, TrackerCategory
from models.base import new_id
from models.database import fetch, transaction
from services.files.collection import discard
from services.files.names import file_name
from services.files.store import FileStore
from services.forms.definitions import FileField
from services.kernel.errors import DomainError
from services.kernel.file_types import HEAD_SIZE, ContentSniffer, is_accepted
from services.tracker_types.catalogue import AvailableType, forms, type_by_key
from services.viewer import Viewer

DAILY_BYTES = 500_000_000
"""What one member may upload within 24 hours; uploads under way count with all that they may become."""
_VERSIONS_LOOKED_AT = 50

_USED = """
SELECT coalesce(sum(bytes), 0)::int8 AS bytes FROM stored_file
WHERE uploader_id = $1 AND created_at > now() - interval '1 day'
"""
_ROOM_IN = """
SELECT ceil(extract(epoch FROM created_at + interval '1 day' - now()))::int AS seconds FROM (
    SELECT created_at, sum(bytes) OVER (ORDER BY created_at, id) AS freed FROM stored_file
    WHERE uploader_id = $1 AND created_at > now() - interval '1 day'
) before WHERE freed >= $2 ORDER BY created_at LIMIT 1
"""
_BEGIN = """
INSERT INTO stored_file (id, organisation_id, uploader_id, type_key, field_key, name, media_type, bytes, complete, created_at)
VALUES ($1, $2, $3, $4, $5, $6, '', $7, FALSE, now())
"""
_COMPLETE = (
    "UPDATE stored_file SET complete = TRUE, media_type = $2, bytes = $3 WHERE id = $1 AND NOT complete RETURNING id"
)
_log = logging.getLogger("trackers.files")


class UploadError(DomainError):
    """An upload that is not taken. Codes: UNKNOWN_TYPE, UNKNOWN_FIELD, WRONG_KIND, FORBIDDEN, REQUIRED for an empty
    file, CONTENT_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, RATE_LIMITED.
    """

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message, **details)
        self.code = code


@dataclass(frozen=True, slots=True)
class Destination:
    """For what a file is uploaded, and the limits there."""

    type_key: str
    field: FileField

    @property
    def most_bytes(self) -> int:
        """The bytes of the largest file that may be uploaded."""
        return min(self.field.max_bytes, DAILY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as its sender describes it; ``length`` is at least that of its bytes, None if that is not told."""

    name: str | None
    media_type: str | None
    length: int | None


async def destination_of(viewer: Viewer, type_key: str, field_key: str) -> Destination:
    """The FILE field of a type; one that only an older form has serves the trackers made with that.

    Raises UploadError.
    """
    offered = await type_by_key(viewer, type_key)
    if offered is None:
        raise UploadError("UNKNOWN_TYPE", "There is no such tracker type.")
    if not _may_fill_in(viewer, offered):
        role = Role.CREATE_PROCESS_AUTOMATION_TRACKERS
        raise UploadError("FORBIDDEN", f"Files of a {offered.type.name} tracker need the role {role}.")
    newest = offered.form.definition.field(field_key)
    field = newest if isinstance(newest, FileField) else await _older_field(offered, field_key)
    if field is None and newest is not None:
        raise UploadError("WRONG_KIND", f"{newest.label} takes no files.")
    if field is None:
        raise UploadError("UNKNOWN_FIELD", f"{offered.type.name} has no such field.")
    return Destination(offered.type.key, field)


def _may_fill_in(viewer: Viewer, offered: AvailableType) -> bool:
    """Whether the viewer may open a tracker of the type, or change one: a plain one may be changed without any role."""
    if offered.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return True
    return offered.can_be_created_by(viewer) or viewer.has(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)


async def _older_field(offered: AvailableType, field_key: str) -> FileField | None:
    versions = await fetch(
        "SELECT id FROM tracker_type_version WHERE type_id = $1 ORDER BY version DESC LIMIT $2",
        offered.type.id,
        _VERSIONS_LOOKED_AT,
    )
    known = await forms([record["id"] for record in versions])
    fields = (known[record["id"]].definition.field(field_key) for record in versions)
    return next((field for field in fields if isinstance(field, FileField)), None)


async def upload(viewer: Viewer, store: FileStore, to: Destination, sent: Sent, chunks: AsyncIterator[bytes]) -> UUID:
    """Keep a file; its id. What ``chunks`` raises, and a refusal, leave neither a row nor bytes.

    Raises UploadError, and StoreError.
    """
    file_id = await _begin(viewer, to, sent)
    try:
        contents = ContentSniffer()
        await store.write(file_id, _judged(chunks, contents, to, sent))
        await fetch(_COMPLETE, file_id, _media_type(contents, to, sent), contents.size)
    except BaseException:
        await _undo(store, file_id)
        raise
    return file_id


async def _begin(viewer: Viewer, to: Destination, sent: Sent) -> UUID:
    file_id = new_id()
    most = to.most_bytes if sent.length is None else min(to.most_bytes, sent.length)
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"uploads:{viewer.member_id}")
        (used,) = await fetch(_USED, viewer.member_id)
        too_many = used["bytes"] + most - DAILY_BYTES
        if too_many > 0:
            room = await fetch(_ROOM_IN, viewer.member_id, too_many)
            seconds = max(1, room[0]["seconds"]) if room else 1
            message = f"At most {DAILY_BYTES:,} bytes a day can be uploaded."
            raise UploadError("RATE_LIMITED", message, retryAfter=seconds)
        name = file_name(sent.name)
        await fetch(_BEGIN, file_id, viewer.organisation_id, viewer.member_id, to.type_key, to.field.key, name, most)
    return file_id


async def _judged(
    chunks: AsyncIterator[bytes], contents: ContentSniffer, to: Destination, sent: Sent
) -> AsyncIterator[bytes]:
    """The same bytes, until something is wrong with them."""
    looked = False
    async for chunk in chunks:
        contents.add(chunk)
        if contents.size > to.most_bytes:
            raise too_large(to)
        if not looked and contents.size >= HEAD_SIZE:
            looked = True
            possible = contents.possible_types()
            if possible and not any(is_accepted(one, to.field.accept) for one in possible):
                raise _not_accepted(to, f"this is {possible[0]}")
        yield chunk
    if not contents.size:
        raise UploadError("REQUIRED", "The file is empty.")
    _media_type(contents, to, sent)


def _media_type(contents: ContentSniffer, to: Destination, sent: Sent) -> str:
    """What the whole file is. Raises UploadError where that is not wanted, or not what it was said to be."""
    media_type = contents.media_type(sent.media_type)
    if media_type is None:
        raise _not_accepted(to, "the file is not what its Content-Type says")
    if not is_accepted(media_type, to.field.accept):
        raise _not_accepted(to, f"this is {media_type}")
    if contents.is_polyglot():
        raise _not_accepted(to, "this is a ZIP archive as well")
    return media_type


def _not_accepted(to: Destination, why: str) -> UploadError:
    accept = list(to.field.accept)
    message = f"{to.field.label} takes {', '.join(accept) or 'files of every type'}; {why}."
    return UploadError("UNSUPPORTED_MEDIA_TYPE", message, accept=accept)


def too_large(to: Destination) -> UploadError:
    """What is said of a file that is larger than its field takes."""
    message = f"{to.field.label} takes files of at most {to.most_bytes:,} bytes."
    return UploadError("CONTENT_TOO_LARGE", message, maximum=to.most_bytes)


async def _undo(store: FileStore, file_id: UUID) -> None:
    try:
        await discard(store, file_id)
    except Exception as error:  # the collection tries again
        _log.warning("a broken upload could not be cleared away yet: %s", type(error).__name__)
