"""Detection of a file's media type from its content, regardless of its name and declared type."""

import re
from collections.abc import Collection
from functools import cache

import puremagic

HEAD_SIZE = 4_096
"""The number of bytes that are examined at the beginning of a file."""
TAIL_SIZE = 65_557
"""The number of bytes that are examined at the end of a file: the longest possible end record of a ZIP archive."""
UNKNOWN = "application/octet-stream"

_ALIASES = {
    "application/excel": "application/vnd.ms-excel",
    "application/mspowerpoint": "application/vnd.ms-powerpoint",
    "application/x-gzip": "application/gzip",
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "audio/mp3": "audio/mpeg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "image/heic": "image/heif",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-ms-bmp": "image/bmp",
    "image/x-png": "image/png",
    "text/rtf": "application/rtf",
    "text/xml": "application/xml",
    "video/avi": "video/x-msvideo",
}
_TEXT_TYPES = frozenset({"application/json", "message/rfc822"})
_MARKUP_TYPES = frozenset({"application/rtf", "application/xml", "application/xhtml+xml", "image/svg+xml", "text/html"})
"""Text formats that programs interpret. A file that looks like one of these is never accepted as another type."""
_OFFICE_FOLDERS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"word/",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"xl/",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": b"ppt/",
}
"""The directory by which the ZIP archive of each office format is recognised."""
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ZIP = "application/zip"
_ZIP_END_RECORD = re.compile(rb"PK\x05\x06(?=.{16}(..))", re.DOTALL)
"""Matches a ZIP archive's end of central directory record: 22 bytes, ending with the length of the comment after it."""


def canonical_media_type(media_type: str) -> str:
    """Return the registered name of a media type, in lower case and without parameters."""
    name = media_type.partition(";")[0].strip().lower()
    return _ALIASES.get(name, name)


def is_accepted(media_type: str, accept: Collection[str]) -> bool:
    """Return whether ``accept`` lists the media type or its family (``image/*``), or is empty, which accepts all."""
    family = media_type.partition("/")[0] + "/*"
    return not accept or not {media_type, family, "*/*"}.isdisjoint(map(canonical_media_type, accept))


def is_detectable(media_type: str) -> bool:
    """Return whether files of a media type, or of any type in a family such as ``image/*``, can be detected."""
    name = canonical_media_type(media_type)
    family, _, subtype = name.partition("/")
    if subtype == "*":
        return family in {"*", "text"} or any(known.startswith(f"{family}/") for known in _detectable_types())
    return _is_plain_text(name) or name in _detectable_types()


@cache
def _detectable_types() -> frozenset[str]:
    signatures = {canonical_media_type(signature.mime_type) for signature in puremagic.magic_header_array}
    known = {media_type for media_type in signatures if "/" in media_type}
    return frozenset(known | {UNKNOWN} | _MARKUP_TYPES | _TEXT_TYPES | set(_OFFICE_FOLDERS))


class ContentSniffer:
    """Detects the media type of a file while it is streamed, keeping only its beginning and end in memory."""

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._tail = b""
        self._is_text = True

    def add(self, chunk: bytes) -> None:
        """Add the next chunk of the file."""
        self.size += len(chunk)
        self._head += chunk[: HEAD_SIZE - len(self._head)]
        self._tail = (self._tail + chunk)[-TAIL_SIZE:]
        self._is_text = self._is_text and _BINARY.search(chunk) is None

    def possible_types(self) -> list[str]:
        """Return the media types with a matching signature, likeliest first; none for text and unknown types."""
        try:
            matches = puremagic.magic_string(self._head)
        except (puremagic.PureError, ValueError):  # no known signature, an empty file
            return []
        # A word at the beginning of a text may happen to match a signature of three letters.
        min_signature_length = 4 if self._is_text else 3
        media_types: dict[str, None] = {}
        for match in matches:
            media_type = canonical_media_type(match.mime_type)
            is_long_enough = match.offset >= 0 and len(match.byte_match) >= min_signature_length
            if media_type and is_long_enough and not _is_plain_text(media_type):
                media_types[media_type] = None
        return list(media_types)

    def media_type(self, declared: str | None) -> str | None:
        """Return the media type of the file, or None if the content does not match the declared type.

        If several types share the signature, the declared type is returned.
        """
        declared_type = canonical_media_type(declared or "")
        possible = self.possible_types()
        if _ZIP in possible:
            possible = self._possible_archives(possible)
        if declared_type in ("", UNKNOWN):
            return possible[0] if possible else "text/plain" if self._is_text else UNKNOWN
        if possible:
            return declared_type if declared_type in possible else None
        is_text_type = _is_plain_text(declared_type) or declared_type in _MARKUP_TYPES
        return declared_type if self._is_text and is_text_type else None

    def _possible_archives(self, possible: list[str]) -> list[str]:
        """Return the office formats whose directory is in the archive, then ZIP, then the other archive types."""
        documents = [name for name in possible if name in _OFFICE_FOLDERS and _OFFICE_FOLDERS[name] in self._tail]
        return [*documents, _ZIP, *(name for name in possible if name not in _OFFICE_FOLDERS)]

    def is_polyglot(self) -> bool:
        """Return whether the file begins as another type but ends as a ZIP archive, which is read from the end."""
        if _ZIP in self.possible_types():
            return False
        lengths = (
            match.start() + 22 + int.from_bytes(match[1], "little") - len(self._tail)
            for match in _ZIP_END_RECORD.finditer(self._tail)
        )
        return 0 in lengths


def _is_plain_text(media_type: str) -> bool:
    """Return whether the type is text that no program interprets; such types have no signature."""
    return media_type not in _MARKUP_TYPES and (media_type.startswith("text/") or media_type in _TEXT_TYPES)
