"""Which files a file field may ask for."""

import re
from typing import Any

from services.kernel.checks import check_number, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.file_types import canonical_media_type, is_detectable
from services.tracker_types.input import FieldEntry

MOST_MEDIA_TYPES, MOST_BYTES, MOST_FILES = 50, 100_000_000, 20
DEFAULT_BYTES, DEFAULT_FILES = 10_000_000, 1

# RFC 6838's names; the family alone is written image/*.
_NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE = re.compile(rf"\*/\*|{_NAME}/(?:{_NAME}|\*)")


def file_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """Media types that a file's bytes can show; at most 20 files of at most 100 MB. The same type twice counts once."""
    listed = take_at_most(
        errors.at("accept"), entry.accept or (), label="A field takes media types,", maximum=MOST_MEDIA_TYPES
    )
    accept = [_media_type(text, errors.at("accept", index)) for index, text in enumerate(listed)]
    most_bytes = check_number(
        errors.at("maxBytes"), entry.max_bytes, label="The bytes of a file", minimum=1, maximum=MOST_BYTES
    )
    most_files = check_number(
        errors.at("maxFiles"), entry.max_files, label="The number of files", minimum=1, maximum=MOST_FILES
    )
    return {
        "accept": tuple(dict.fromkeys(accept)),
        "max_bytes": most_bytes or DEFAULT_BYTES,
        "max_files": most_files or DEFAULT_FILES,
    }


def _media_type(text: str, errors: ErrorCollector) -> str:
    if not _MEDIA_TYPE.fullmatch(text.strip()):
        errors.add(ErrorCode.INVALID_FORMAT, "A media type is written like application/pdf or image/*.")
    elif not is_detectable(text):
        errors.add(ErrorCode.NOT_A_CHOICE, "No file is found to be of this media type, so none could be uploaded.")
    return canonical_media_type(text)
