"""Names of uploaded files: directories and unprintable characters are removed, and the length is limited."""

import unicodedata
from pathlib import PurePosixPath

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
    if len(name) > MAX_LENGTH:
        suffix = PurePosixPath(name).suffix
        suffix = suffix if len(suffix) <= _MAX_SUFFIX_LENGTH else ""
        name = name[: MAX_LENGTH - len(suffix)] + suffix
    return name


def _is_printable(character: str) -> bool:
    return character not in BIDI_CONTROLS and unicodedata.category(character) not in _UNPRINTABLE_CATEGORIES
