"""Suffixes of file names, by media type: which ones are right, and which ones claim another type."""

import mimetypes
import re
from collections.abc import Mapping
from functools import cache

import puremagic

from services.kernel.file_types import UNKNOWN, canonical_media_type

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OLD_OFFICE = (".doc", ".xls", ".ppt", ".msg", ".vsd", ".dot", ".xlt", ".xla", ".pot", ".pps", ".pub", ".mpp", ".wps")
_OGG = (".ogg", ".oga", ".ogv", ".opus", ".spx")
_TEXT = (".txt", ".text", ".log", ".md", ".csv", ".tsv")

_USUAL: Mapping[str, tuple[str, ...]] = {
    "application/gzip": (".gz", ".tgz"),
    "application/json": (".json",),
    "application/msword": _OLD_OFFICE,
    "application/ogg": _OGG,
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf",),
    "application/vnd.ms-excel": (".xls", *_OLD_OFFICE),
    "application/vnd.ms-powerpoint": (".ppt", *_OLD_OFFICE),
    "application/vnd.ms-works": (".wps", *_OLD_OFFICE),
    "application/x-7z-compressed": (".7z",),
    "application/x-ole-storage": _OLD_OFFICE,
    "application/x-visio": (".vsd", *_OLD_OFFICE),
    "application/xml": (".xml",),
    "application/xhtml+xml": (".xhtml",),
    "application/zip": (".zip",),
    "audio/mp4": (".m4a", ".mp4"),
    "audio/mpeg": (".mp3", ".mpga"),
    "audio/ogg": _OGG,
    "audio/wav": (".wav",),
    "image/bmp": (".bmp", ".dib"),
    "image/gif": (".gif",),
    "image/heif": (".heic", ".heif", ".hif"),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/svg+xml": (".svg",),
    "image/tiff": (".tiff", ".tif"),
    "image/webp": (".webp",),
    "message/rfc822": (".eml",),
    "text/calendar": (".ics",),
    "text/csv": (".csv", ".txt"),
    "text/html": (".html", ".htm"),
    "text/markdown": (".md", ".markdown", ".txt"),
    "text/plain": _TEXT,
    "text/tab-separated-values": (".tsv", ".tab", ".txt"),
    "text/vcard": (".vcf",),
    "video/mp4": (".mp4", ".m4v"),
    "video/ogg": (".ogv", *_OGG),
    "video/quicktime": (".mov", ".qt"),
    "video/x-msvideo": (".avi",),
    UNKNOWN: (".bin", ".dat"),
    f"{_OFFICE}presentationml.presentation": (".pptx",),
    f"{_OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{_OFFICE}wordprocessingml.document": (".docx",),
}
"""The suffixes of types that people use; the first is given to a file without one.

The old Office formats share one container, and so do Ogg's: their bytes do not say which of them a file is.
"""
_PROGRAMS = frozenset({
    ".chm", ".cmd", ".com", ".cpl", ".hta", ".jar", ".jse", ".lnk", ".msi", ".pif", ".ps1", ".reg", ".scr", ".url",
    ".vbe", ".vbs", ".wsf",
})  # fmt: skip
"""Suffixes that neither library knows well, but that make Windows run a file."""
_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{1,9}")


def suffixes_of(media_type: str) -> tuple[str, ...]:
    """Return the suffixes of a media type, in lower case and the usual one first; empty if none is known."""
    return _all_suffixes().get(canonical_media_type(media_type)) or (_TEXT if media_type.startswith("text/") else ())


def is_known(suffix: str) -> bool:
    """Return whether a suffix in lower case stands for some media type, or for a program."""
    return suffix in _PROGRAMS or suffix in _known_suffixes()


@cache
def _all_suffixes() -> Mapping[str, tuple[str, ...]]:
    suffixes: dict[str, tuple[str, ...]] = {}
    for suffix, media_type in _library_suffixes():
        suffixes[media_type] = (*suffixes.get(media_type, ()), suffix)
    return {**suffixes, **_USUAL}


def _library_suffixes() -> list[tuple[str, str]]:
    """Return pairs of a suffix and its media type, from Python's table and then from puremagic's signatures."""
    # Without the files of the operating system, so that names do not depend on the machine.
    known = list(mimetypes.MimeTypes(filenames=()).types_map[True].items())
    known += [(signature.extension, signature.mime_type) for signature in puremagic.magic_header_array]
    pairs = dict.fromkeys((suffix.lower(), canonical_media_type(media_type)) for suffix, media_type in known)
    return [(suffix, media_type) for suffix, media_type in pairs if _SUFFIX.fullmatch(suffix) and "/" in media_type]


@cache
def _known_suffixes() -> frozenset[str]:
    usual = {suffix for suffixes in _USUAL.values() for suffix in suffixes}
    return frozenset(usual | {suffix for suffix, _ in _library_suffixes()})
