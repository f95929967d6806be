"""The one file in a ``multipart/form-data`` body (RFC 7578), streamed as it is received and never held as a whole."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)
from starlette.requests import Request

from server.protocol.http_errors import HTTPError

MULTIPART = "multipart/form-data"
MAX_OVERHEAD = 65_536
"""The most bytes that a body may have beside its file: boundaries and the part's headers."""
IDLE_SECONDS = 60.0
"""How long nothing may be received before an upload is given up."""

ONE_PART = "Send exactly one part, a file, under the name `file`"


class FilePart:
    """The file part of a request's body: first ``open`` it, then read its ``chunks`` to the end."""

    def __init__(self, request: Request, *, idle_seconds: float) -> None:
        self._request = request
        self._idle_seconds = idle_seconds
        self._parser = PushMultipartParser(_boundary(request), strict=True)
        self._events = self._parse()
        self.name: str | None = None
        self.media_type: str | None = None

    async def open(self) -> None:
        """Read up to the file's first byte. Raises HTTPError and ClientDisconnect."""
        segment = await anext(self._events, None)
        if not isinstance(segment, MultipartSegment) or segment.name != "file":
            raise HTTPError(422, "BAD_USER_INPUT", ONE_PART)
        self.name, self.media_type = segment.filename, segment.content_type

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes; after the last, no other part follows. Raises HTTPError and ClientDisconnect."""
        async with aclosing(self._events):
            async for event in self._events:
                if isinstance(event, MultipartSegment):
                    raise HTTPError(422, "BAD_USER_INPUT", ONE_PART)
                if event is not None:
                    yield bytes(event)

    async def _parse(self) -> AsyncGenerator[MultipartSegment | bytes | bytearray | None, None]:
        try:
            async with aclosing(self._received()) as received:
                async for chunk in received:
                    for event in self._parser.parse(chunk):
                        yield event
            self._parser.close()
        except MultipartError:
            raise HTTPError(400, "BAD_REQUEST", f"The body is not valid {MULTIPART}") from None

    async def _received(self) -> AsyncGenerator[bytes, None]:
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
    """Return the length of the body in bytes as its ``Content-Length`` says; None without a valid one."""
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
