"""Streaming access to the only file in a ``multipart/form-data`` body (RFC 7578)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)
from starlette.requests import Request

from server.endpoints.file_names import read_file_name
from server.protocol.http_errors import HTTPError

MULTIPART = "multipart/form-data"
MAX_OVERHEAD_BYTES = 65_536
"""The maximum number of bytes in a body besides the file itself: the boundaries and the part's headers."""
IDLE_SECONDS = 60.0
"""The number of seconds without any data after which an upload is aborted."""

MAX_HEADER_BYTES, MAX_HEADERS = 4_224, 8
"""The maximum length of a part's header, and the maximum number of its headers."""

HEADERS_TOO_LONG_MESSAGE = (
    f"The part has more than {MAX_HEADERS} headers, or one of more than {MAX_HEADER_BYTES:,} bytes: shorten the file's "
    "name"
)
ONE_PART_MESSAGE = "Send exactly one part, a file, under the name `file`"


class FilePart:
    """The file part of a request's body. Call ``open`` first, then read ``chunks`` to the end."""

    def __init__(self, request: Request, *, idle_seconds: float) -> None:
        self._request = request
        self._idle_seconds = idle_seconds
        # As Latin-1, whatever bytes the headers have can be read; see ``file_names``.
        self._parser = PushMultipartParser(
            _boundary(request),
            max_header_size=MAX_HEADER_BYTES,
            max_header_count=MAX_HEADERS,
            header_charset="latin-1",
            strict=True,
        )
        self._events = self._parse()
        self.name: str | None = None
        self.media_type: str | None = None

    async def open(self) -> None:
        """Read the part's headers, up to the file's content. Raises HTTPError and ClientDisconnect."""
        segment = await anext(self._events, None)
        if not isinstance(segment, MultipartSegment) or segment.name != "file":
            raise HTTPError(422, "BAD_USER_INPUT", ONE_PART_MESSAGE)
        self.name = read_file_name(segment.header("Content-Disposition"))
        self.media_type = segment.content_type

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the file's content, and check that no other part follows. Raises HTTPError and ClientDisconnect."""
        async with aclosing(self._events):
            async for event in self._events:
                if isinstance(event, MultipartSegment):
                    raise HTTPError(422, "BAD_USER_INPUT", ONE_PART_MESSAGE)
                if event is not None:
                    yield bytes(event)

    async def _parse(self) -> AsyncGenerator[MultipartSegment | bytes | bytearray | None, None]:
        try:
            async with aclosing(self._read_chunks()) as chunks:
                async for chunk in chunks:
                    for event in self._parser.parse(chunk):
                        yield event
            self._parser.close()
        except ParserLimitReached:
            raise HTTPError(400, "BAD_REQUEST", HEADERS_TOO_LONG_MESSAGE) from None
        except MultipartError:
            raise HTTPError(400, "BAD_REQUEST", f"The body is not valid {MULTIPART}") from None

    async def _read_chunks(self) -> AsyncGenerator[bytes, None]:
        stream = self._request.stream()
        while True:
            try:
                async with asyncio.timeout(self._idle_seconds):
                    chunk = await anext(stream, None)
            except TimeoutError:
                raise HTTPError(408, "REQUEST_TIMEOUT", "Nothing was received for too long") from None
            if chunk is None:
                return
            if chunk:
                yield chunk


def content_length(request: Request) -> int | None:
    """Return the length of the body in bytes from ``Content-Length``, or None if that is missing or invalid."""
    value = request.headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None


def _boundary(request: Request) -> str:
    name, parameters = parse_options_header(request.headers.get("content-type", ""))
    if name != MULTIPART:
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {MULTIPART}")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPError(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed", Accept_Encoding="identity")
    boundary: str = parameters.get("boundary", "")
    # RFC 2046, section 5.1.1.
    if not 0 < len(boundary) <= 70 or not boundary.isascii() or not boundary.isprintable():
        raise HTTPError(400, "BAD_REQUEST", "Content-Type must have a boundary of 1 to 70 characters")
    return boundary
