"""What the bytes of a file show it to be, whatever its name and its sender say."""

import re
from collections.abc import Collection
from functools import cache

import puremagic

HEAD, TAIL = 4_096, 65_557
"""Bytes looked at: what a file begins with, and the longest end that a ZIP archive's directory can be found from."""
UNKNOWN = "application/octet-stream"

_ALIASES = {
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "audio/mp3": "audio/mpeg",
    "image/heic": "image/heif",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-ms-bmp": "image/bmp",
    "image/x-png": "image/png",
    "text/rtf": "application/rtf",
    "text/xml": "application/xml",
}
_TEXT = frozenset({"application/json", "message/rfc822"})
_MARKUP = frozenset({"application/rtf", "application/xml", "application/xhtml+xml", "image/svg+xml", "text/html"})
"""Kinds of text that programs act on: what looks like one is never taken for another."""
_MEMBERS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"word/",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"xl/",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": b"ppt/",
}
"""What the ZIP archive of an office document has in its directory."""
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ZIP = "application/zip"
_ZIP_END = re.compile(rb"PK\x05\x06(?=.{16}(..))", re.DOTALL)
"""The end of an archive's directory: 22 bytes, the last two of them the length of the comment that ends the file."""


def canonical_media_type(media_type: str) -> str:
    """A media type in lower case, by the name that is registered for it."""
    name = media_type.partition(";")[0].strip().lower()
    return _ALIASES.get(name, name)


def is_accepted(media_type: str, accept: Collection[str]) -> bool:
    """Whether a field takes the type: it names it, or its family as ``image/*``, or none at all."""
    family = media_type.partition("/")[0] + "/*"
    return not accept or not {media_type, family, "*/*"}.isdisjoint(canonical_media_type(one) for one in accept)


def is_detectable(media_type: str) -> bool:
    """Whether some file is found to be of the type, or of its family where it is written ``image/*``."""
    name = canonical_media_type(media_type)
    family, _, rest = name.partition("/")
    if rest == "*":
        return family in {"*", "text"} or any(one.startswith(f"{family}/") for one in _told())
    return _is_plain(name) or name in _told()


@cache
def _told() -> frozenset[str]:
    known = {canonical_media_type(one.mime_type) for one in puremagic.magic_header_array}
    return frozenset({one for one in known if "/" in one} | {UNKNOWN} | _MARKUP | _TEXT | set(_MEMBERS))


class ContentSniffer:
    """A file as it comes in; only its beginning and its end are held."""

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._tail = b""
        self._is_text = True

    def add(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        self.size += len(chunk)
        self._head += chunk[: HEAD - len(self._head)]
        self._tail = (self._tail + chunk)[-TAIL:]
        self._is_text = self._is_text and _NO_TEXT.search(chunk) is None

    def possible_types(self) -> list[str]:
        """The types that the first bytes stand for, the likeliest first; none for text and for what is not known."""
        try:
            matches = puremagic.magic_string(self._head)
        except (puremagic.PureError, ValueError):  # nothing known, nothing there
            return []
        # A word may begin with the three letters of a signature.
        shortest = 4 if self._is_text else 3
        found: dict[str, None] = {}
        for match in matches:
            media_type = canonical_media_type(match.mime_type)
            if media_type and match.offset >= 0 and len(match.byte_match) >= shortest and not _is_plain(media_type):
                found[media_type] = None
        return list(found)

    def media_type(self, declared: str | None) -> str | None:
        """What the file is; None where the sender says it is something that it cannot be.

        Of several types that begin alike the declared one counts.
        """
        said = canonical_media_type(declared or "")
        possible = self.possible_types()
        if _ZIP in possible:
            possible = self._possible_archives(possible)
        if said in ("", UNKNOWN):
            return possible[0] if possible else "text/plain" if self._is_text else UNKNOWN
        if possible:
            return said if said in possible else None
        return said if self._is_text and (_is_plain(said) or said in _MARKUP) else None

    def _possible_archives(self, possible: list[str]) -> list[str]:
        """Office documents only with what they must have in them; those go before others that are archives inside."""
        documents = [one for one in possible if one in _MEMBERS and _MEMBERS[one] in self._tail]
        return [*documents, _ZIP, *(one for one in possible if one not in _MEMBERS)]

    def is_polyglot(self) -> bool:
        """Whether the file also ends as a ZIP archive, which programs read from its end, but does not begin as one."""
        if _ZIP in self.possible_types():
            return False
        lengths = (
            match.start() + 22 + int.from_bytes(match[1], "little") - len(self._tail)
            for match in _ZIP_END.finditer(self._tail)
        )
        return 0 in lengths


def _is_plain(media_type: str) -> bool:
    """Whether it is a kind of text that no program acts on; nothing that it begins with tells it apart."""
    return media_type not in _MARKUP and (media_type.startswith("text/") or media_type in _TEXT)
