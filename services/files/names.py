"""The names of files: as people wrote them, without what could be taken for a path, a command or another name."""

import unicodedata
from pathlib import PurePosixPath

from services.kernel.text import clean_text

LONGEST_NAME = 255
NAMELESS = "file"
_LONGEST_GIVEN = 4_096
_LONGEST_SUFFIX = 20

# They make a name read differently from what it is: "exe.fdp" for "pdf.exe".
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_NOT_PRINTED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def file_name(given: str | None) -> str:
    """The name under which a file is kept: NFC, no folders, nothing unprintable, at most 255 characters.

    One that is too long loses from its middle: what it ends with tells people what it is.
    """
    last = (given or "")[-_LONGEST_GIVEN:].replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one not in _TURNING and unicodedata.category(one) not in _NOT_PRINTED)
    name = clean_text(kept) or ""
    if name in ("", ".", ".."):
        return NAMELESS
    if len(name) > LONGEST_NAME:
        suffix = PurePosixPath(name).suffix
        suffix = suffix if len(suffix) <= _LONGEST_SUFFIX else ""
        name = name[: LONGEST_NAME - len(suffix)] + suffix
    return name
