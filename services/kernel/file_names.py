"""Names of uploaded files: without directories or unprintable characters, not too long, and with the right suffix."""

import unicodedata
from pathlib import PurePosixPath

from services.kernel.file_suffixes import is_known, suffixes_of
from services.kernel.file_types import UNKNOWN
from services.kernel.text import BIDI_CONTROLS, clean_text

MAX_LENGTH = 255
DEFAULT_NAME = "file"
_MAX_CHARACTERS_READ = 4_096
_MAX_SUFFIX_LENGTH = 20

_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def file_name(client_name: str | None) -> str:
    """Return the name under which a file is stored.

    It is in NFC, has at most 255 characters, and contains neither directories nor unprintable characters. A name that
    is too long is shortened before its suffix, which indicates the kind of file.
    """
    last_part = (client_name or "")[-_MAX_CHARACTERS_READ:].replace("\\", "/").rpartition("/")[2]
    name = clean_text("".join(character for character in last_part if _is_printable(character))) or ""
    if name in ("", ".", ".."):
        return DEFAULT_NAME
    suffix = PurePosixPath(name).suffix if len(name) > MAX_LENGTH else ""
    return _shorten(name, suffix if len(suffix) <= _MAX_SUFFIX_LENGTH else "")


def name_as(name: str, media_type: str) -> str:
    """Return the name of a file with a suffix of its media type, so that programs open it as what it is.

    A suffix that stands for another type is replaced, and any other end of the name stays in front of the right suffix.
    """
    if not media_type:
        return name  # an upload that is not complete, or no file at all
    name = name.rstrip(" .") or DEFAULT_NAME  # Windows ignores these at the end
    right = suffixes_of(media_type)
    if name.lower().endswith(right):
        return name
    suffix = PurePosixPath(name).suffix
    if not right or media_type == UNKNOWN:
        # Nothing is known of the bytes, but that they are none of the types that have a name.
        is_misleading = is_known(suffix.lower()) and suffix.lower() not in suffixes_of(UNKNOWN)
        return _shorten(f"{name}.bin", ".bin") if is_misleading else name
    stem = name.removesuffix(suffix) if is_known(suffix.lower()) else name
    return stem if stem.lower().endswith(right) else _shorten(stem + right[0], right[0])


def _shorten(name: str, suffix: str) -> str:
    """Return a name of at most 255 characters that still ends with ``suffix``, as the whole name does."""
    return name if len(name) <= MAX_LENGTH else name[: MAX_LENGTH - len(suffix)] + suffix


def _is_printable(character: str) -> bool:
    return character not in BIDI_CONTROLS and unicodedata.category(character) not in _UNPRINTABLE_CATEGORIES
