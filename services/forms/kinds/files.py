"""Validation of uploaded files."""

from uuid import UUID

from services.forms.definitions import FileField
from services.forms.kinds.lookup import Upload
from services.forms.kinds.types import CheckContext
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.file_types import is_accepted
from services.kernel.words import quote


def check_file_field(
    errors: ErrorCollector, field: FileField, value: list[UUID], context: CheckContext
) -> list[str] | None:
    """Return the ids of the files without duplicates, or None if there are none.

    Adds TOO_MANY beyond ``max_files``, and NOT_FOUND unless every file is the viewer's unattached upload for this field
    and type, or already attached to the tracker. Also adds TOO_LARGE and INVALID_FORMAT (for media types), as the
    tracker's form may be older than the one for which a file was uploaded.
    """
    file_ids = list(dict.fromkeys(value))
    if not file_ids:
        return None
    if len(file_ids) > field.max_files:
        count = "1 file" if field.max_files == 1 else f"{field.max_files} files"
        message = f"{field.title} takes at most {count}."
        errors.add(ErrorCode.TOO_MANY, message, maximum=field.max_files, length=len(file_ids))
    candidates = [context.lookup.upload(file_id) for file_id in file_ids]
    uploads = [upload for upload in candidates if upload is not None and upload.field_key == field.key]
    if len(uploads) < len(file_ids):
        errors.add(ErrorCode.NOT_FOUND, f"{field.title} names a file that has not been uploaded.")
    for upload in uploads:
        _check_limits(errors, field, upload)
    return [str(file_id) for file_id in file_ids]


def _check_limits(errors: ErrorCollector, field: FileField, upload: Upload) -> None:
    if upload.bytes > field.max_bytes:
        message = f"{field.title} takes files of at most {field.max_bytes:,} bytes; {quote(upload.name)} has {upload.bytes:,}."
        errors.add(ErrorCode.TOO_LARGE, message, maximum=field.max_bytes, length=upload.bytes)
    if not is_accepted(upload.media_type, field.accept):
        allowed = ", ".join(field.accept)
        message = f"{field.title} takes {allowed}; {quote(upload.name)} is {upload.media_type}."
        errors.add(ErrorCode.INVALID_FORMAT, message, allowed=allowed)
