"""Decoding of text files: UTF-8, UTF-16 and UTF-32 with or without a byte order mark, and Windows-1252."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from services.imports.file_kinds import unmarked_utf16
from services.imports.report import UnreadableFileError

_HEAD_BYTES = 4096
_CHUNK_BYTES = 64 * 1024
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins with the mark of UTF-16, and so comes before it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252"}
_STRAY_BYTES = re.compile("[\udc80-\udcff]")  # as "surrogateescape" decodes them
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_LINE_END = re.compile("\r\n|\r|\n")
_ADVICE = "open the file in Excel, correct this line, and save it as 'CSV UTF-8 (Comma delimited)'"


@contextmanager
def open_text(stream: BinaryIO, file: str) -> Iterator[io.TextIOWrapper]:
    """Open a binary file as text, in the encoding that its bytes have, without translating line ends.

    The whole file is decoded once beforehand, in constant memory, because it may differ from UTF-8 in its last line only.
    Raises UnreadableFileError, naming the line, if the file is in none of the encodings.
    """
    encoding = detect_encoding(stream, file)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, newline="")
    try:
        yield text
    finally:
        if not stream.closed:
            text.detach()


def detect_encoding(stream: BinaryIO, file: str) -> str:
    """Return Python's name of the encoding of a file; raise UnreadableFileError if it is in none of the known ones."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    marked = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    encoding = marked or unmarked_utf16(head) or "utf-8"
    line = _first_undecodable_line(stream, encoding)
    if line is None:
        return encoding
    if encoding != "utf-8" or _is_mostly_utf8(stream):
        name = _NAMES.get(encoding, encoding[:6].upper())
        raise UnreadableFileError(file, f"has bytes that are not {name}, unlike the rest of the file; {_ADVICE}", line)
    line = _first_undecodable_line(stream, "cp1252")
    if line is not None:
        raise UnreadableFileError(file, f"has a character in neither UTF-8 nor Windows-1252; {_ADVICE}", line)
    return "cp1252"


def _first_undecodable_line(stream: BinaryIO, encoding: str) -> int | None:
    """Return the number of the first line that is not valid in an encoding, or None if all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = _LineCounter()
    for chunk in _chunks(stream):
        try:
            lines.add(decoder.decode(chunk, not chunk))
        except UnicodeDecodeError as error:
            lines.add(error.object[: error.start].decode(error.encoding, "ignore"))
            return lines.number
    return None


def _is_mostly_utf8(stream: BinaryIO) -> bool:
    """Return whether a file that is not valid UTF-8 has at least as many valid multi-byte characters as stray bytes.

    Text in Windows-1252 seldom has a valid one: that would be two odd characters such as Ã and © together.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = stray = 0
    for chunk in _chunks(stream):
        text = decoder.decode(chunk, not chunk)
        strays = len(_STRAY_BYTES.findall(text))
        stray, valid = stray + strays, valid + len(_NON_ASCII.findall(text)) - strays
    return valid >= stray


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a file from its beginning in chunks, the last of which is empty."""
    stream.seek(0)
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk
    yield b""


class _LineCounter:
    """Counts lines that end in CR, LF or CRLF, the last of which may be split between two pieces of text."""

    def __init__(self) -> None:
        self.number = 1
        self._ends_in_cr = False

    def add(self, text: str) -> None:
        if not text:
            return
        self.number += len(_LINE_END.findall(text)) - (self._ends_in_cr and text[0] == "\n")
        self._ends_in_cr = text[-1] == "\r"
