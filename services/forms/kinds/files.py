"""Uploaded files."""

from services.forms.definitions import FileField
from services.forms.kinds.lookup import Upload
from services.forms.kinds.types import CheckContext, CheckResult, problem
from services.kernel.errors import ErrorCode, Problem
from services.kernel.file_types import is_accepted
from services.kernel.global_ids import NodeReference


def names_file(value: object) -> bool:
    """Whether it is the id of a file."""
    return isinstance(value, NodeReference) and value.type_name == "File"


async def check_files(field: FileField, value: list[NodeReference], context: CheckContext) -> CheckResult:
    """At most ``max_files``, each uploaded by the viewer for this field of this type and attached to no other tracker.

    A form may be older than the one that a file was uploaded for, so that its own limits are asked here too.
    """
    files = dict.fromkeys(value)
    if not files:
        return CheckResult(None)
    problems: list[Problem] = []
    if len(files) > field.max_files:
        count = "1 file" if field.max_files == 1 else f"{field.max_files} files"
        message = f"{field.label} takes at most {count}."
        problems.append(problem(field, ErrorCode.TOO_MANY, message, maximum=field.max_files, length=len(files)))
    found = [await context.lookup.upload(file.id) if names_file(file) else None for file in files]
    uploads = [one for one in found if one is not None and one.field_key == field.key]
    if len(uploads) < len(files):
        problems.append(problem(field, ErrorCode.NOT_FOUND, f"{field.label} names a file that has not been uploaded."))
    problems += [one for upload in uploads for one in _beyond_limits(field, upload)]
    return CheckResult([str(file.id) for file in files], tuple(problems))


def _beyond_limits(field: FileField, upload: Upload) -> list[Problem]:
    problems = []
    if upload.bytes > field.max_bytes:
        message = f"{field.label} takes files of at most {field.max_bytes:,} bytes; {upload.name} has {upload.bytes:,}."
        problems.append(problem(field, ErrorCode.TOO_LARGE, message, maximum=field.max_bytes, length=upload.bytes))
    if not is_accepted(upload.media_type, field.accept):
        allowed = ", ".join(field.accept)
        message = f"{field.label} takes {allowed}; {upload.name} is {upload.media_type}."
        problems.append(problem(field, ErrorCode.INVALID_FORMAT, message, allowed=allowed))
    return problems
