"""Validation of the definitions of file fields."""

import re
from typing import Any

from services.kernel.checks import check_number, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.file_types import canonical_media_type, is_detectable
from services.tracker_types.input import FieldEntry

MAX_MEDIA_TYPES, MAX_BYTES, MAX_FILES = 50, 100_000_000, 20
DEFAULT_BYTES, DEFAULT_FILES = 10_000_000, 1

# Names as in RFC 6838. image/* stands for all images.
_NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE = re.compile(rf"\*/\*|{_NAME}/(?:{_NAME}|\*)")


def check_file_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the attributes of a file field, with unique media types. Allows at most 20 files of at most 100 MB each.

    Adds INVALID_FORMAT for an invalid media type, and NOT_A_CHOICE for one that cannot be detected from a file's content.
    """
    media_types = take_at_most(
        errors.at("accept"), entry.accept or (), label="A field takes media types,", maximum=MAX_MEDIA_TYPES
    )
    accept = [_check_media_type(errors.at("accept", index), text) for index, text in enumerate(media_types)]
    max_bytes = check_number(
        errors.at("max_bytes"), entry.max_bytes, label="The bytes of a file", minimum=1, maximum=MAX_BYTES
    )
    max_files = check_number(
        errors.at("max_files"), entry.max_files, label="The number of files", minimum=1, maximum=MAX_FILES
    )
    return {
        "accept": tuple(dict.fromkeys(accept)),
        "max_bytes": max_bytes or DEFAULT_BYTES,
        "max_files": max_files or DEFAULT_FILES,
    }


def _check_media_type(errors: ErrorCollector, text: str) -> str:
    if not _MEDIA_TYPE.fullmatch(text.strip()):
        errors.add(ErrorCode.INVALID_FORMAT, "A media type is written like application/pdf or image/*.")
    elif not is_detectable(text):
        errors.add(
            ErrorCode.NOT_A_CHOICE,
            "This media type cannot be detected from the content of a file, so no file could be uploaded.",
        )
    return canonical_media_type(text)
