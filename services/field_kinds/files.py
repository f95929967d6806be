"""Uploaded files."""

from services.definitions import FileField
from services.field_kinds.checking import Checked, Surroundings, problem
from services.global_ids import NodeReference
from services.problems import ErrorCode, Problem


async def check_files(field: FileField, value: list[NodeReference], surroundings: Surroundings) -> Checked:
    """At most ``max_files``, each uploaded before. Nothing can be uploaded yet, so that no id names a file."""
    files = dict.fromkeys(value)
    if not files:
        return Checked(None)
    problems: tuple[Problem, ...] = ()
    if len(files) > field.max_files:
        count = "1 file" if field.max_files == 1 else f"{field.max_files} files"
        message = f"{field.label} takes at most {count}."
        problems += (problem(field, ErrorCode.TOO_MANY, message, maximum=field.max_files, length=len(files)),)
    problems += (problem(field, ErrorCode.NOT_FOUND, f"{field.label} names a file that has not been uploaded."),)
    return Checked([str(file.id) for file in files], problems)
